using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// The sinks of JobRuns: a copy of the Job's from when it started. What could not be delivered goes to the Job's sink as it is when
/// somebody asks for it again, or a sink with a wrong password could never be mended. Safe for concurrent use.
/// </summary>
public sealed class JobSinks(JobSecrets secrets, SinkVault vault, TimeProvider clock) : ISinkRenewal
{
    /// <returns>Null when the Job has none.</returns>
    public StoredSink? Copy(Job job, string jobRunId) =>
        secrets.OpenSink(job.Key, job.ProtectedSink) is { } sink ? vault.Store(jobRunId, job.ProjectId, sink) : null;

    public async Task RenewAsync(AppDbContext db, string jobRunId, CancellationToken cancellationToken)
    {
        if (await FindJobAsync(db, jobRunId, cancellationToken) is not { } job || Copy(job, jobRunId) is not { } renewed)
        {
            return;
        }

        await db.Set<StoredSink>().Where(s => s.Key == jobRunId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.MaskedJson, renewed.MaskedJson).SetProperty(s => s.ProtectedJson, renewed.ProtectedJson),
            cancellationToken);
        await ShowAsync(db, jobRunId, renewed.MaskedJson, cancellationToken);
    }

    /// <summary>
    /// A JobRun that goes on sends again what its store did not take. Where the Job has no sink any more, the rest is not sent either.
    /// </summary>
    public async Task ResumeAsync(AppDbContext db, JobRun jobRun, CancellationToken cancellationToken)
    {
        var failed = db.Set<Delivery>()
            .Where(d => d.JobRunId == jobRun.Id && d.Status == DeliveryStatus.Failed && d.SinkType == SinkDefinition.S3);
        if (!await failed.AnyAsync(cancellationToken))
        {
            return;
        }

        if (await FindJobAsync(db, jobRun.Id, cancellationToken) is { ProtectedSink: null })
        {
            await db.Set<StoredSink>().Where(s => s.Key == jobRun.Id).ExecuteDeleteAsync(cancellationToken);
            await ShowAsync(db, jobRun.Id, masked: null, cancellationToken);
            return;
        }

        await RenewAsync(db, jobRun.Id, cancellationToken);
        await DeliveryCommands.BeginSeriesAsync(db, failed, jobRun.Id, requestedBy: null, clock.GetUtcNow(), cancellationToken);
    }

    private static Task<Job?> FindJobAsync(AppDbContext db, string jobRunId, CancellationToken cancellationToken) =>
        db.Set<Job>().AsNoTracking()
            .FirstOrDefaultAsync(j => db.Set<JobRun>().Any(r => r.Id == jobRunId && r.JobKey == j.Key), cancellationToken);

    private static Task<int> ShowAsync(AppDbContext db, string jobRunId, string? masked, CancellationToken cancellationToken) =>
        db.Set<JobRun>().Where(r => r.Id == jobRunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.SinkJson, masked), cancellationToken);
}

/// <summary>A store that takes nothing for the whole of its window pauses the JobRun: nothing of it is lost that way.</summary>
public sealed class JobDeliveryFollower(JobRunMoves moves, JobWake wake, ILiveSignals signals) : IDeliveryFollower
{
    public async Task<Func<Task>?> GiveUpAsync(AppDbContext db, Delivery delivery, string message)
    {
        if (delivery is not { SinkType: SinkDefinition.S3, JobRunId: { } id }
            || await db.Set<JobRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, CancellationToken.None) is not
                { EndedAt: null, Status: JobRunStatus.Pending or JobRunStatus.Resuming } jobRun)
        {
            return null;
        }

        await moves.PauseAsync(db, jobRun, JobRunReasons.S3SinkError, $"The sink did not take the result of a Run. {message}", CancellationToken.None);
        return () =>
        {
            wake.Wake();
            signals.Publish(LiveTopics.JobRun(id));
            signals.Publish(LiveTopics.Jobs(delivery.ProjectId));
            return Task.CompletedTask;
        };
    }
}
