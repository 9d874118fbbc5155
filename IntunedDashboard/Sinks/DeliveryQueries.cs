using IntunedDashboard.Data;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>What is known of a Run and its sink.</summary>
/// <param name="SinkJson">Masked; null when it has none.</param>
/// <param name="Delivery">Null as long as nothing is to be sent.</param>
/// <param name="WhyNone">Why nothing is to be sent, in a sentence.</param>
public sealed record RunDelivery(string? SinkJson, Delivery? Delivery, IReadOnlyList<DeliveryAttempt> Attempts, string? WhyNone);

/// <summary>What became of a JobRun's deliveries.</summary>
/// <param name="Faults">The deliveries in trouble that were made last, each with what happened last.</param>
public sealed record JobRunDeliveries(int Delivered, int Pending, int Failed, IReadOnlyList<DeliveryFault> Faults);

/// <param name="Message">A sentence; null before the first attempt.</param>
public sealed record DeliveryFault(Delivery Delivery, string? Message);

public interface IDeliveryQueries
{
    /// <param name="limit">How many faults at most.</param>
    Task<JobRunDeliveries> FindOfJobRunAsync(string jobRunId, int limit, CancellationToken cancellationToken);

    /// <returns>Null when the project has no such Run.</returns>
    Task<RunDelivery?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken);
}

public sealed class DeliveryQueries(IDbContextFactory<AppDbContext> contexts) : IDeliveryQueries
{
    public async Task<RunDelivery?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.ProjectId == projectId && r.Id == runId, cancellationToken);
        if (run is null)
        {
            return null;
        }

        var key = StoredSink.KeyOf(run);
        var json = run.Type != RunType.Api
            ? null
            : await db.Set<StoredSink>().Where(s => s.Key == key).Select(s => s.MaskedJson).FirstOrDefaultAsync(cancellationToken);

        // In this order, so that what comes next is never older than what has happened.
        var attempts = await db.Set<DeliveryAttempt>().AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Number).ToListAsync(cancellationToken);
        var delivery = await db.Set<Delivery>().AsNoTracking().FirstOrDefaultAsync(d => d.RunId == runId, cancellationToken);
        return new RunDelivery(json, delivery, attempts, delivery is null ? WhyNone(run, json) : null);
    }

    public async Task<JobRunDeliveries> FindOfJobRunAsync(string jobRunId, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deliveries = db.Set<Delivery>().AsNoTracking().Where(d => d.JobRunId == jobRunId);
        var counts = await deliveries.GroupBy(d => d.Status).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var faults = await ListFaultsAsync(DeliveryStatus.Failed);
        if (faults.Count < limit)
        {
            faults.AddRange(await ListFaultsAsync(DeliveryStatus.Pending));
        }

        return new JobRunDeliveries(
            counts.GetValueOrDefault(DeliveryStatus.Delivered),
            counts.GetValueOrDefault(DeliveryStatus.Pending),
            counts.GetValueOrDefault(DeliveryStatus.Failed),
            [.. faults.Take(limit)]);

        async Task<List<DeliveryFault>> ListFaultsAsync(DeliveryStatus status)
        {
            var found = await deliveries
                .Where(d => d.Status == status && d.AttemptCount > 0)
                .OrderByDescending(d => d.CreatedAt)
                .Take(limit)
                .Select(d => new
                {
                    Delivery = d,
                    Message = db.Set<DeliveryAttempt>().Where(a => a.RunId == d.RunId).OrderByDescending(a => a.Number).Select(a => a.Message).FirstOrDefault(),
                })
                .ToListAsync(cancellationToken);
            return found.ConvertAll(f => new DeliveryFault(f.Delivery, f.Message));
        }
    }

    private static string WhyNone(Run run, string? sinkJson) => (run, sinkJson) switch
    {
        (_, null) => "It has no sink.",
        ({ FinishedAt: null }, _) => "It is sent when it has ended.",
        ({ Status: RunStatus.Canceled }, _) => "A canceled Run has no result to send.",
        _ => SinkDefinition.Parse(sinkJson).WhyNot(run.ApiName!, run.Status == RunStatus.Failed) ?? "It ended before it had this sink.",
    };
}
