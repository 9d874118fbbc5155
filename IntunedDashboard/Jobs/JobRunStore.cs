using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// What people, schedules and the dispatcher do to JobRuns. Each is one transaction that begins with a conditional update, whose row
/// count decides. Safe for concurrent use.
/// </summary>
public sealed class JobRunStore(
    IDbContextFactory<AppDbContext> contexts,
    JobRunStarter starter,
    JobRunMoves moves,
    RunStore runs,
    RunRows rows,
    RunStopper stopper,
    JobSinks sinks,
    DeliveryWake deliveries,
    JobWake wake,
    ILiveSignals signals,
    TimeProvider clock)
{
    /// <param name="retried">The JobRun whose failed items are run again; null for the Job's payload.</param>
    public async Task<JobRun> StartAsync(
        Job job, DeployedProject project, string startedBy, JobRun? retried, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var jobRun = await starter.StartAsync(db, job, project, JobRunType.Manual, startedBy, retried, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Signal(jobRun);
        return jobRun;
    }

    /// <summary>Starts the Job if its schedule still asks for exactly this time, and sets its next time.</summary>
    /// <returns>Null when somebody else was faster or the schedule has changed.</returns>
    public async Task<JobRun?> StartScheduledAsync(
        Job job, DeployedProject? project, DateTimeOffset? nextStart, DateTimeOffset? nextNominal, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var mine = await db.Set<Job>()
            .Where(j => j.Key == job.Key && j.State == JobState.Active && j.NextRunAt == job.NextRunAt)
            .ExecuteUpdateAsync(
                set => set.SetProperty(j => j.NextRunAt, nextStart).SetProperty(j => j.NextNominalAt, nextNominal), cancellationToken);
        var jobRun = mine == 1 && project is not null
            ? await starter.StartAsync(db, job, project, JobRunType.Scheduled, "schedule", retried: null, cancellationToken)
            : null;
        await transaction.CommitAsync(cancellationToken);
        if (jobRun is not null)
        {
            Signal(jobRun);
        }

        return jobRun;
    }

    /// <returns>False in a state that cannot be paused.</returns>
    public async Task<bool> TryPauseAsync(long seq, string message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await MoveAsync(
            seq,
            db => db.Set<JobRun>()
                .Where(r => r.Seq == seq && (r.Status == JobRunStatus.Pending || r.Status == JobRunStatus.Resuming))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(r => r.Status, JobRunStatus.Pausing)
                        .SetProperty(r => r.ReasonType, JobRunReasons.UserRequest)
                        .SetProperty(r => r.ReasonMessage, message)
                        .SetProperty(r => r.UpdatedAt, now),
                    cancellationToken),
            (_, _) => Task.CompletedTask,
            cancellationToken);
    }

    /// <summary>Lets a paused JobRun go on, after a fresh validation where it uses a login.</summary>
    /// <returns>False in a state that cannot be resumed. A JobRun whose session is gone stays paused and says so.</returns>
    public async Task<bool> TryResumeAsync(long seq, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var resumed = await MoveAsync(
            seq,
            db => db.Set<JobRun>()
                .Where(r => r.Seq == seq && (r.Status == JobRunStatus.Paused || r.Status == JobRunStatus.Pausing))
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(r => r.Status, r => r.UsesAuthSession && r.WasValidated ? JobRunStatus.Resuming : JobRunStatus.Pending)
                        .SetProperty(r => r.ReasonType, (string?)null)
                        .SetProperty(r => r.ReasonMessage, (string?)null)
                        .SetProperty(r => r.FruitlessValidations, 0)
                        .SetProperty(r => r.ResumedAt, now)
                        .SetProperty(r => r.UpdatedAt, now),
                    cancellationToken),
            async (db, jobRun) =>
            {
                await sinks.ResumeAsync(db, jobRun, cancellationToken);
                if (jobRun is { UsesAuthSession: true, ValidationRunId: null })
                {
                    await moves.ValidateAsync(db, jobRun, jobRun.Status, cancellationToken);
                }
            },
            cancellationToken);
        deliveries.Wake();
        return resumed;
    }

    /// <summary>Sends every result of a JobRun that its sink did not take.</summary>
    /// <returns>How many; null when it has no sink.</returns>
    public async Task<int?> SendAgainAsync(JobRun jobRun, string requestedBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var count = await sinks.SendAgainAsync(db, jobRun.Id, requestedBy, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        deliveries.Wake();
        return count;
    }

    /// <summary>Ends a JobRun now; what runs is stopped. Nothing happens to one that has ended.</summary>
    public async Task<bool> TerminateAsync(JobRun jobRun, string message, CancellationToken cancellationToken)
    {
        var ended = false;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var now = clock.GetUtcNow();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            ended = await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq && r.EndedAt == null).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, JobRunStatus.Terminated)
                    .SetProperty(r => r.EndedAt, now)
                    .SetProperty(r => r.ValidationRunId, (string?)null)
                    .SetProperty(r => r.ReasonType, JobRunReasons.Terminated)
                    .SetProperty(r => r.ReasonMessage, message)
                    .SetProperty(r => r.UpdatedAt, now),
                cancellationToken) == 1;
            await moves.SettleAttentionAsync(db, jobRun, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        // Not cancelled with the caller: a terminated JobRun must not go on running.
        await StopRunsAsync(jobRun.Id);
        Signal(jobRun);
        return ended;
    }

    /// <summary>Takes the next waiting item of a JobRun, as a Run that this process has claimed.</summary>
    /// <returns>Null when nothing waits, as many run as may, or the JobRun does not dispatch now.</returns>
    public async Task<ClaimedRun?> TryDispatchAsync(long seq, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var taken = await db.Set<JobRun>()
            .Where(r => r.Seq == seq && r.Status == JobRunStatus.Pending && r.Stage == JobRunStage.Dispatching
                && (r.MaxConcurrent == null || r.RunningCount < r.MaxConcurrent))
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.RunningCount, r => r.RunningCount + 1).SetProperty(r => r.UpdatedAt, now), cancellationToken);
        var item = taken == 0
            ? null
            : await db.Set<JobRunItem>().AsNoTracking().Where(i => i.JobRunSeq == seq && i.Status == JobRunItemStatus.Waiting)
                .OrderBy(i => i.Position).FirstOrDefaultAsync(cancellationToken);
        if (item is null)
        {
            return null;
        }

        var jobRun = await JobRunMoves.ReadAsync(db, seq, cancellationToken);
        var options = JobSecrets.ReadOptions(jobRun.OptionsJson);
        var place = await JobRunMoves.FindPlaceAsync(
            db, jobRun.ProjectId, jobRun.UsesAuthSession ? options.AuthSession!.Id : null, cancellationToken);
        ClaimedRun? claimed = null;
        if (place.DeploymentId is null || (jobRun.UsesAuthSession && place.SessionKey is null))
        {
            await GiveBackAsync(db, jobRun, place, options, cancellationToken);
        }
        else
        {
            claimed = AddRun(db, jobRun, item, options, place, now);
            await db.SaveChangesAsync(cancellationToken);
            await db.Set<JobRunItem>()
                .Where(i => i.JobRunSeq == seq && i.Position == item.Position)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(i => i.Status, JobRunItemStatus.Running).SetProperty(i => i.RunId, claimed.Run.Id), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Signal(jobRun);
        signals.Publish(LiveTopics.Runs(jobRun.ProjectId));
        return claimed;
    }

    /// <summary>Stops every Run of the JobRun, whoever executes it.</summary>
    public async Task StopRunsAsync(string jobRunId)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        var unfinished = await db.Set<Run>().AsNoTracking()
            .Where(r => r.JobRunId == jobRunId && r.FinishedAt == null && r.DependencyOfRunId == null)
            .ToListAsync(CancellationToken.None);
        foreach (var run in unfinished)
        {
            await stopper.StopAsync(run, RunReasons.JobRunTerminated, CancellationToken.None);
        }
    }

    private ClaimedRun AddRun(AppDbContext db, JobRun jobRun, JobRunItem item, JobOptions options, JobRunPlace place, DateTimeOffset now)
    {
        var run = JobRunMoves.NewRun(jobRun, RunType.Api, place, now) with
        {
            ApiName = item.ApiName,
            Status = RunStatus.Started,
            StartedAt = now,
        };
        runs.Claim(run);
        var runOptions = new RunOptions
        {
            MaximumAttempts = Math.Max(1, (item.MaximumAttempts ?? options.MaximumAttempts) - item.FailedAttempts),
            RequestTimeout = item.RequestTimeout ?? options.RequestTimeout,
            CheckAttempts = options.AuthSession?.CheckAttempts ?? 3,
            CreateAttempts = options.AuthSession?.CreateAttempts ?? 3,

            // The JobRun looks after the login once for all its Runs.
            AutoRecreate = false,
        };
        var data = rows.Add(db, run, runOptions, item.ParametersJson, moves.SecretsOf(jobRun));
        return rows.Open(run, data);
    }

    /// <summary>There is no place to run the item any more: the JobRun waits for a person.</summary>
    private async Task GiveBackAsync(
        AppDbContext db, JobRun jobRun, JobRunPlace place, JobOptions options, CancellationToken cancellationToken)
    {
        await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.RunningCount, r => r.RunningCount - 1), cancellationToken);
        var (reason, message) = place.DeploymentId is null
            ? (JobRunReasons.UserRequest, "The project is not deployed.")
            : (JobRunReasons.AuthSessionNotFound, $"AuthSession {options.AuthSession!.Id} does not exist any more. Create it, then resume.");
        jobRun.RunningCount--;
        await moves.PauseAsync(db, jobRun, reason, message, cancellationToken);
    }

    /// <summary>One conditional update, what follows from it, and whatever is settled by both.</summary>
    private async Task<bool> MoveAsync(
        long seq, Func<AppDbContext, Task<int>> update, Func<AppDbContext, JobRun, Task> next, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await update(db) == 0)
        {
            return false;
        }

        var jobRun = await JobRunMoves.ReadAsync(db, seq, cancellationToken);
        await next(db, jobRun);
        await moves.SettleAsync(db, seq, cancellationToken);
        if ((await JobRunMoves.ReadAsync(db, seq, cancellationToken)).Status is not (JobRunStatus.Pausing or JobRunStatus.Paused))
        {
            await moves.SettleAttentionAsync(db, jobRun, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Signal(jobRun);
        return true;
    }

    private void Signal(JobRun jobRun)
    {
        wake.Wake();
        signals.Publish(LiveTopics.JobRun(jobRun.Id));
        signals.Publish(LiveTopics.Jobs(jobRun.ProjectId));
    }
}
