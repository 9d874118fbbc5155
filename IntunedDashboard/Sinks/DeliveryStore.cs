using System.Security.Cryptography;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>The outbox in the database. Safe for concurrent use.</summary>
public sealed class DeliveryStore(
    IDbContextFactory<AppDbContext> contexts,
    SinkVault vault,
    IEnumerable<IDeliveryFollower> followers,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<DeliveryStore> logger)
{
    /// <param name="running">Deliveries that are being made.</param>
    /// <param name="busyTargets">Targets that get no more for the moment.</param>
    public async Task<IReadOnlyList<Delivery>> FindDueAsync(
        DateTimeOffset now, IReadOnlyCollection<string> running, IReadOnlyCollection<string> busyTargets, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Delivery>().AsNoTracking()
            .Where(d => d.NextAttemptAt <= now && !busyTargets.Contains(d.Target) && !running.Contains(d.RunId))
            .OrderBy(d => d.NextAttemptAt)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    /// <returns>When the next attempt is due that is not due yet at <paramref name="after"/>, or null.</returns>
    public async Task<DateTimeOffset?> FindNextTimeAsync(DateTimeOffset after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Delivery>().Where(d => d.NextAttemptAt > after)
            .OrderBy(d => d.NextAttemptAt).Select(d => d.NextAttemptAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Reads what is sent where.</summary>
    /// <returns>Null when the Run is gone; without a sink when there is none that can be read.</returns>
    public async Task<(SinkDefinition? Sink, SinkMessage Message)?> OpenAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await
            (from run in db.Set<Run>().AsNoTracking()
             join data in db.Set<RunData>().AsNoTracking() on run.Id equals data.RunId
             join project in db.Set<Project>().AsNoTracking() on run.ProjectId equals project.Id
             where run.Id == delivery.RunId
             select new
             {
                 run,
                 data.ParametersJson,
                 data.ResultJson,
                 project,
             }).FirstOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var sink = await db.Set<StoredSink>().AsNoTracking().FirstOrDefaultAsync(s => s.Key == delivery.SinkKey, cancellationToken);
        var failed = found.run.Status == RunStatus.Failed;
        var payload = new SinkPayload
        {
            WorkspaceId = found.project.WorkspaceId,
            ProjectId = found.project.Id,
            ProjectName = found.project.Name,
            ApiName = found.run.ApiName!,
            ParametersJson = found.ParametersJson,
            RunId = found.run.Id,
            ResultJson = found.ResultJson,
            ErrorCode = failed ? found.run.ErrorCode ?? RunErrorCodes.InternalServerError : null,
            ErrorMessage = failed ? found.run.Message ?? "The Run failed." : null,
            AuthSessionId = found.run.AuthSessionId,
            JobId = found.run.JobId,
            JobRunId = found.run.JobRunId,
        };
        return (Open(sink), new SinkMessage(delivery.MessageId, payload.Path, payload.ToJson()));
    }

    /// <summary>Writes down an attempt and what follows from it. Nothing happens when the delivery has changed since it was read.</summary>
    public async Task RecordAsync(Delivery delivery, DateTimeOffset startedAt, SinkAnswer answer)
    {
        var now = clock.GetUtcNow();
        var seriesStartedAt = delivery.SeriesStartedAt ?? startedAt;
        var attempts = delivery.AttemptsInSeries + 1;
        var next = answer.IsDelivered ? null : DeliveryPolicy.NextAttempt(delivery.SinkType, seriesStartedAt, attempts, now);
        var status = answer.IsDelivered ? DeliveryStatus.Delivered : next is null ? DeliveryStatus.Failed : DeliveryStatus.Pending;
        var afterwards = new List<Func<Task>>();
        await using (var db = await contexts.CreateDbContextAsync(CancellationToken.None))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
            var updated = await db.Set<Delivery>()
                .Where(d => d.RunId == delivery.RunId && d.Status == DeliveryStatus.Pending && d.AttemptCount == delivery.AttemptCount)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(d => d.Status, status)
                        .SetProperty(d => d.NextAttemptAt, next)
                        .SetProperty(d => d.AttemptCount, d => d.AttemptCount + 1)
                        .SetProperty(d => d.SeriesStartedAt, seriesStartedAt)
                        .SetProperty(d => d.AttemptsInSeries, attempts),
                    CancellationToken.None);
            if (updated == 0)
            {
                return;
            }

            db.Add(new DeliveryAttempt
            {
                RunId = delivery.RunId,
                Number = delivery.AttemptCount + 1,
                StartedAt = startedAt,
                DurationMs = (now - startedAt).TotalMilliseconds,
                IsDelivered = answer.IsDelivered,
                StatusCode = answer.StatusCode,
                Message = answer.Message,
                RequestedBy = delivery.RequestedBy,
            });
            await db.SaveChangesAsync(CancellationToken.None);
            if (status == DeliveryStatus.Failed)
            {
                afterwards = await GiveUpAsync(db, delivery, answer.Message);
            }

            await transaction.CommitAsync(CancellationToken.None);
        }

        signals.Publish(LiveTopics.Run(delivery.RunId));
        if (delivery.JobRunId is not null)
        {
            signals.Publish(LiveTopics.JobRun(delivery.JobRunId));
        }
        foreach (var then in afterwards)
        {
            await then();
        }
    }

    private SinkDefinition? Open(StoredSink? stored)
    {
        try
        {
            return stored is null ? null : vault.Open(stored);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private async Task<List<Func<Task>>> GiveUpAsync(AppDbContext db, Delivery delivery, string message)
    {
        logger.GivenUp(delivery.RunId, delivery.Target);
        var afterwards = new List<Func<Task>>();
        foreach (var follower in followers)
        {
            if (await follower.GiveUpAsync(db, delivery, message) is { } then)
            {
                afterwards.Add(then);
            }
        }

        return afterwards;
    }
}
