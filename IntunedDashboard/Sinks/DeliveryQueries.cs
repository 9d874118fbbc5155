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

public interface IDeliveryQueries
{
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
        var delivery = await db.Set<Delivery>().AsNoTracking().FirstOrDefaultAsync(d => d.RunId == runId, cancellationToken);
        var attempts = delivery is null
            ? []
            : await db.Set<DeliveryAttempt>().AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Number).ToListAsync(cancellationToken);
        return new RunDelivery(json, delivery, attempts, delivery is null ? WhyNone(run, json) : null);
    }

    private static string WhyNone(Run run, string? sinkJson) => (run, sinkJson) switch
    {
        (_, null) => "It has no sink.",
        ({ FinishedAt: null }, _) => "It is sent when it has ended.",
        ({ Status: RunStatus.Canceled }, _) => "A canceled Run has no result to send.",
        _ => SinkDefinition.Parse(sinkJson).WhyNot(run.ApiName!, run.Status == RunStatus.Failed) ?? "It ended before it had this sink.",
    };
}
