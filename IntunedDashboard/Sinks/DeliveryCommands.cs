using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>Replaces the sink of a JobRun by that which its Job has now.</summary>
public interface ISinkRenewal
{
    /// <summary>Writes inside the caller's transaction. Nothing happens when the Job is gone or has no sink.</summary>
    Task RenewAsync(AppDbContext db, string jobRunId, CancellationToken cancellationToken);
}

public interface IDeliveryCommands
{
    /// <summary>Sends a Run's result once more, and goes on trying as at the first time. Its message id stays the same.</summary>
    /// <exception cref="RequestException">The Run has no delivery, or its sink is gone.</exception>
    Task SendAgainAsync(Actor actor, Guid projectId, string runId, CancellationToken cancellationToken);
}

public sealed class DeliveryCommands(
    IDbContextFactory<AppDbContext> contexts, ISinkRenewal renewal, DeliveryWake wake, ILiveSignals signals, TimeProvider clock)
    : IDeliveryCommands
{
    public async Task SendAgainAsync(Actor actor, Guid projectId, string runId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var mine = db.Set<Delivery>().Where(d => d.RunId == runId && d.ProjectId == projectId);
            var delivery = await mine.AsNoTracking().FirstOrDefaultAsync(cancellationToken) ?? throw RequestException.NotFound($"A delivery of Run {runId}");
            if (delivery.JobRunId is not null)
            {
                await renewal.RenewAsync(db, delivery.JobRunId, cancellationToken);
            }

            if (!await BeginSeriesAsync(db, mine, delivery.SinkKey, actor.Name, clock.GetUtcNow(), cancellationToken))
            {
                throw RequestException.Conflict("The sink of this Run is gone.");
            }

            await transaction.CommitAsync(cancellationToken);
        }

        wake.Wake();
        signals.Publish(LiveTopics.Run(runId));
    }

    /// <summary>Makes deliveries due now, to their sink as it is stored.</summary>
    /// <returns>False when there is no such sink.</returns>
    public static async Task<bool> BeginSeriesAsync(
        AppDbContext db, IQueryable<Delivery> deliveries, string sinkKey, string? requestedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var json = await db.Set<StoredSink>().Where(s => s.Key == sinkKey).Select(s => s.MaskedJson).FirstOrDefaultAsync(cancellationToken);
        if (json is null)
        {
            return false;
        }

        var sink = SinkDefinition.Parse(json);
        var target = SinkSender.TargetOf(sink);
        await deliveries.ExecuteUpdateAsync(
            set => set.SetProperty(d => d.Status, DeliveryStatus.Pending)
                .SetProperty(d => d.NextAttemptAt, now)
                .SetProperty(d => d.SeriesStartedAt, (DateTimeOffset?)null)
                .SetProperty(d => d.AttemptsInSeries, 0)
                .SetProperty(d => d.RequestedBy, requestedBy)
                .SetProperty(d => d.SinkType, sink.Type)
                .SetProperty(d => d.Target, target),
            cancellationToken);
        return true;
    }
}
