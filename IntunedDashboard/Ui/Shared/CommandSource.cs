namespace IntunedDashboard.Ui.Shared;

/// <param name="Group">The heading it stands under.</param>
/// <param name="Detail">What tells it from others of the same name.</param>
public sealed record Command(string Group, IconName Icon, string Text, string? Detail, string Href);

/// <summary>Offers places and actions to the command palette. Each slice registers one; it must answer quickly and with few.</summary>
public interface ICommandSource
{
    /// <param name="text">What was typed, trimmed; empty when the palette was just opened.</param>
    /// <param name="project">The project that is open, or null.</param>
    Task<IReadOnlyList<Command>> FindAsync(string text, string? project, CancellationToken cancellationToken);
}
