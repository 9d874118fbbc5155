namespace IntunedDashboard.Projects.Building;

/// <param name="Source">The project as unpacked.</param>
/// <param name="Directory">The deployment's own folder, parent of the other two; for what is installed.</param>
/// <param name="Build">To be made: what the runner loads.</param>
/// <param name="Log">Receives what the tools print.</param>
public sealed record BuildPlace(string Source, string Directory, string Build, BuildLog Log);

/// <summary>Makes what the runner of one language loads.</summary>
public interface ILanguageBuilder
{
    /// <summary>One of <see cref="ProjectLanguages"/>.</summary>
    string Language { get; }

    /// <param name="diagnostics">Receives what was found.</param>
    /// <returns>Whether it can serve Runs; if not, an error among the diagnostics says why.</returns>
    Task<bool> BuildAsync(BuildPlace place, List<Diagnostic> diagnostics, CancellationToken cancellationToken);
}
