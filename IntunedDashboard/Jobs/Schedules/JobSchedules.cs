using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>Starts Jobs at their times and sets their next ones. What was missed while nothing ran is made up for once.</summary>
public sealed class JobSchedules(
    IDbContextFactory<AppDbContext> contexts,
    ProjectQueries projects,
    JobRunStore jobRuns,
    JobTriggers triggers,
    TimeProvider clock,
    ILogger<JobSchedules> logger)
{
    /// <summary>Starts the Job when its next time has come; asking again is harmless.</summary>
    public async Task StartIfDueAsync(Guid jobKey, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(jobKey, cancellationToken) is not { NextRunAt: { } due, NextNominalAt: { } nominal, ScheduleJson: { } json } job)
        {
            return;
        }

        if (due > now)
        {
            await triggers.ArmAsync(jobKey, due, cancellationToken);
            return;
        }

        var next = ScheduleTimes.Next(JobSchedule.Parse(json), now > nominal ? now : nominal, jobKey);
        var project = await FindProjectAsync(job, cancellationToken);
        await jobRuns.StartScheduledAsync(job, project, next?.Start, next?.Nominal, cancellationToken);
        await ArmAsync(jobKey, cancellationToken);
    }

    /// <summary>Sets the Job's trigger to what its row says.</summary>
    public async Task ArmAsync(Guid jobKey, CancellationToken cancellationToken) =>
        await triggers.ArmAsync(jobKey, (await FindAsync(jobKey, cancellationToken))?.NextRunAt, cancellationToken);

    /// <summary>One pass over all schedules: starts what is due and mends triggers that were lost.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var scheduled = await db.Set<Job>().Where(j => j.NextRunAt != null).Select(j => j.Key).ToListAsync(cancellationToken);
        foreach (var key in scheduled)
        {
            await StartIfDueAsync(key, cancellationToken);
        }
    }

    private async Task<Job?> FindAsync(Guid jobKey, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking().FirstOrDefaultAsync(j => j.Key == jobKey, cancellationToken);
    }

    /// <returns>Null when there is nothing to run: the time passes without a JobRun.</returns>
    private async Task<DeployedProject?> FindProjectAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            var project = await projects.GetDeployedAsync(job.ProjectId, cancellationToken);
            return CodeJobs.IsLeaving(job, project.Manifest) ? null : project;
        }
        catch (RequestException refusal)
        {
            logger.ScheduledStartRefused(job.Id, refusal.Message);
            return null;
        }
    }
}

/// <summary>Looks over all schedules at the start and now and then, because a trigger may be lost between two databases.</summary>
public sealed class JobScheduleSweeper(JobSchedules schedules, TimeProvider clock, ILogger<JobScheduleSweeper> logger)
    : PeriodicService(TimeSpan.FromMinutes(1), clock, isDoneAtStart: true)
{
    public override Task PassAsync(CancellationToken cancellationToken) => schedules.SweepAsync(cancellationToken);

    protected override void Report(Exception fault) => logger.ScheduleFailed(fault);
}
