namespace IntunedDashboard.Projects;

/// <summary>
/// What other slices keep for a project. Each slice that has something of the kind registers one; deleting a project asks them all.
/// </summary>
public interface IProjectActivity
{
    /// <summary>Whether something is running that a deletion would tear away.</summary>
    Task<bool> IsActiveAsync(Guid projectId, CancellationToken cancellationToken);

    /// <summary>The project was taken out of service: nothing of it may start any more. What runs goes on.</summary>
    Task UndeployAsync(Guid projectId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A deployment has switched off that programs start Runs: those that still run are stopped.</summary>
    Task DisableApiAccessAsync(Guid projectId, CancellationToken cancellationToken);

    /// <summary>Stops what still runs and deletes rows and files of the project. Called again after an interruption.</summary>
    Task DeleteAllAsync(Guid projectId, CancellationToken cancellationToken);
}
