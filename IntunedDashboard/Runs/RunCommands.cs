using IntunedDashboard.Identity;

namespace IntunedDashboard.Runs;

/// <summary>Writes of the Runs slice. Each authorizes, validates, saves and signals.</summary>
public interface IRunCommands
{
    /// <returns>The new Run's id.</returns>
    Task<string> StartAsync(Actor actor, Guid projectId, StartRun request, CancellationToken cancellationToken);

    /// <summary>Asks a Run to stop; nothing happens to a finished one.</summary>
    Task CancelAsync(Actor actor, Guid projectId, string runId, CancellationToken cancellationToken);
}
