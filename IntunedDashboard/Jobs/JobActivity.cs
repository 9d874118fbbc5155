using IntunedDashboard.Data;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>What a project's Jobs have going, and how it ends with the project. Rows go with the project's own row.</summary>
public sealed class JobActivity(IDbContextFactory<AppDbContext> contexts, JobRunStore jobRuns, JobCommands commands, Schedules.JobTriggers triggers) : IProjectActivity
{
    public async Task<bool> IsActiveAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Active(db, projectId).AnyAsync(cancellationToken);
    }

    /// <summary>Jobs do not come through the API: they go on.</summary>
    public Task DisableApiAccessAsync(Guid projectId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Schedules stop and JobRuns pause, until somebody resumes them in a project that serves again.</summary>
    public async Task UndeployAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var active = await db.Set<Job>().AsNoTracking().Where(j => j.ProjectId == projectId && j.State == JobState.Active).ToListAsync(cancellationToken);
        foreach (var job in active)
        {
            await commands.PauseAsync(job, "The project was undeployed.", cancellationToken);
        }
    }

    public async Task DeleteAllAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Job>().Where(j => j.ProjectId == projectId).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.State, JobState.Paused).SetProperty(j => j.NextRunAt, (DateTimeOffset?)null), cancellationToken);
        foreach (var key in await db.Set<Job>().Where(j => j.ProjectId == projectId).Select(j => j.Key).ToListAsync(cancellationToken))
        {
            await triggers.ArmAsync(key, at: null, cancellationToken);
        }

        foreach (var jobRun in await Active(db, projectId).AsNoTracking().ToListAsync(cancellationToken))
        {
            await jobRuns.TerminateAsync(jobRun, "The project was deleted.", cancellationToken);
        }
    }

    private static IQueryable<JobRun> Active(AppDbContext db, Guid projectId) =>
        db.Set<JobRun>().Where(r => r.ProjectId == projectId && r.EndedAt == null);
}
