using System.Security.Cryptography;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
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
    ThisNode node,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<DeliveryStore> logger)
{
    /// <summary>Takes what is due for this node.</summary>
    /// <param name="busyTargets">Targets that get no more for the moment.</param>
    /// <param name="mayTake">Chooses, with those that are due longest first.</param>
    public async Task<IReadOnlyList<Delivery>> TakeDueAsync(
        DateTimeOffset now, IReadOnlyCollection<string> busyTargets, int limit, Func<Delivery, bool> mayTake, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await db.Set<Delivery>().AsNoTracking()
            .Where(d => d.NextAttemptAt <= now && d.NodeId == null && !busyTargets.Contains(d.Target))
            .OrderBy(d => d.NextAttemptAt)
            .Take(limit)
            .ToListAsync(cancellationToken);
        var wanted = due.Where(mayTake).ToList();
        if (wanted.Count == 0)
        {
            return [];
        }

        var (ids, nodeId) = (wanted.Select(d => d.RunId).ToList(), node.Id);
        var taken = await db.Set<Delivery>().Where(d => ids.Contains(d.RunId) && d.NodeId == null && d.NextAttemptAt <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.NodeId, nodeId), cancellationToken);
        if (taken < wanted.Count)
        {
            // Another node was faster with some. Whatever has this node's name now was taken right here: there is one who takes.
            ids = await db.Set<Delivery>().Where(d => ids.Contains(d.RunId) && d.NodeId == nodeId).Select(d => d.RunId).ToListAsync(cancellationToken);
            wanted.RemoveAll(d => !ids.Contains(d.RunId));
        }

        foreach (var delivery in wanted)
        {
            delivery.NodeId = nodeId;
        }

        return wanted;
    }

    /// <summary>Gives back what was taken and not sent: it is still due.</summary>
    public async Task GiveBackAsync(Delivery delivery)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.Set<Delivery>().Where(d => d.RunId == delivery.RunId && d.NodeId == delivery.NodeId)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.NodeId, (string?)null), CancellationToken.None);
    }

    /// <summary>What gone nodes were sending is due for the others.</summary>
    public async Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var (ids, all) = (gone.Ids, gone.IsEverybodyElse);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Delivery>().Where(d => d.NodeId != null && (all || ids.Contains(d.NodeId)))
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.NodeId, (string?)null), cancellationToken);
    }

    /// <returns>When the next attempt is due that is not due yet at <paramref name="after"/>, or null.</returns>
    public async Task<DateTimeOffset?> FindNextTimeAsync(DateTimeOffset after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Delivery>().Where(d => d.NextAttemptAt > after && d.NodeId == null)
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
                .Where(d => d.RunId == delivery.RunId && d.Status == DeliveryStatus.Pending && d.AttemptCount == delivery.AttemptCount
                    && d.NodeId == delivery.NodeId)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(d => d.Status, status)
                        .SetProperty(d => d.NodeId, (string?)null)
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
