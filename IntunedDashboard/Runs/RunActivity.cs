using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>What a project has running, and how it goes away with the project. Rows go with the project's own row.</summary>
public sealed class RunActivity(
    IDbContextFactory<AppDbContext> contexts,
    RunStopper stopper,
    IArtifactStore artifacts,
    TimeProvider clock) : IProjectActivity
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public async Task<bool> IsActiveAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Unfinished(db, projectId).AnyAsync(cancellationToken);
    }

    public async Task DisableApiAccessAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var standalone = await Unfinished(db, projectId).AsNoTracking()
            .Where(r => r.Type == RunType.Api && r.Priority == RunPriority.Api && r.JobRunId == null)
            .ToListAsync(cancellationToken);
        foreach (var run in standalone)
        {
            await stopper.StopAsync(run, RunReasons.ApiAccessDisabled, cancellationToken);
        }
    }

    public async Task DeleteAllAsync(Guid projectId, CancellationToken cancellationToken)
    {
        while (await StopAsync(projectId, cancellationToken))
        {
            await Task.Delay(PollInterval, clock, cancellationToken);
        }

        await artifacts.DeleteAsync(AttemptRunner.ArtifactFolder(projectId), cancellationToken);
    }

    /// <returns>Whether anything is still running.</returns>
    private async Task<bool> StopAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var unfinished = await Unfinished(db, projectId).AsNoTracking().ToListAsync(cancellationToken);
        var running = false;
        foreach (var run in unfinished)
        {
            running |= !await stopper.StopAsync(run, RunReasons.CanceledByUser, cancellationToken);
        }

        return running;
    }

    private static IQueryable<Run> Unfinished(AppDbContext db, Guid projectId) =>
        db.Set<Run>().Where(r => r.ProjectId == projectId && r.FinishedAt == null);
}
