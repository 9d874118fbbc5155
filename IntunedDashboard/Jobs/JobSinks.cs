using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// The sinks of JobRuns: a copy of the Job's from when it started. What could not be delivered goes to the Job's sink as it is when
/// somebody asks for it again, or a sink with a wrong password could never be mended. Safe for concurrent use.
/// </summary>
public sealed class JobSinks(JobSecrets secrets, DefaultSinks defaults, SinkVault vault, TimeProvider clock) : ISinkRenewal
{
    /// <returns>Null when neither the Job nor the project's settings file has one.</returns>
    public StoredSink? Copy(Job job, DeployedProject project, string jobRunId) =>
        Store(job, jobRunId, secrets.OpenSink(job.Key, job.ProtectedSink) ?? defaults.Open(project));

    public async Task RenewAsync(AppDbContext db, string jobRunId, CancellationToken cancellationToken)
    {
        if (await FindJobAsync(db, jobRunId, cancellationToken) is not { } job || await FindAsync(db, job, jobRunId, cancellationToken) is not { } renewed)
        {
            return;
        }

        await db.Set<StoredSink>().Where(s => s.Key == jobRunId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.MaskedJson, renewed.MaskedJson).SetProperty(s => s.ProtectedJson, renewed.ProtectedJson),
            cancellationToken);
        await ShowAsync(db, jobRunId, renewed.MaskedJson, cancellationToken);
    }

    /// <summary>
    /// A JobRun that goes on sends again what its store did not take. Where there is no sink any more, the rest is not sent either.
    /// </summary>
    public async Task ResumeAsync(AppDbContext db, JobRun jobRun, CancellationToken cancellationToken)
    {
        if (!await Failed(db, jobRun.Id).AnyAsync(d => d.SinkType == SinkDefinition.S3, cancellationToken))
        {
            return;
        }

        if (await FindJobAsync(db, jobRun.Id, cancellationToken) is { } job && await FindAsync(db, job, jobRun.Id, cancellationToken) is null)
        {
            await db.Set<StoredSink>().Where(s => s.Key == jobRun.Id).ExecuteDeleteAsync(cancellationToken);
            await ShowAsync(db, jobRun.Id, masked: null, cancellationToken);
            return;
        }

        await SendAgainAsync(db, jobRun.Id, requestedBy: null, cancellationToken);
    }

    /// <summary>Sends whatever was given up to the sink the Job has now.</summary>
    /// <returns>How many results that are; null when the sink is gone.</returns>
    public async Task<int?> SendAgainAsync(AppDbContext db, string jobRunId, string? requestedBy, CancellationToken cancellationToken)
    {
        await RenewAsync(db, jobRunId, cancellationToken);
        return await DeliveryCommands.BeginSeriesAsync(
            db, Failed(db, jobRunId), jobRunId, requestedBy, clock.GetUtcNow(), cancellationToken);
    }

    private async Task<StoredSink?> FindAsync(AppDbContext db, Job job, string jobRunId, CancellationToken cancellationToken) => Store(
        job,
        jobRunId,
        secrets.OpenSink(job.Key, job.ProtectedSink) ?? await defaults.OpenAsync(db, job.ProjectId, cancellationToken));

    private StoredSink? Store(Job job, string jobRunId, SinkDefinition? sink) => sink is null ? null : vault.Store(jobRunId, job.ProjectId, sink);

    private static IQueryable<Delivery> Failed(AppDbContext db, string jobRunId) =>
        db.Set<Delivery>().Where(d => d.JobRunId == jobRunId && d.Status == DeliveryStatus.Failed);

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
