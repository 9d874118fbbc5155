using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>Puts a Run that completed or failed into the outbox, in the transaction that ends it. Canceled Runs have no result to send.</summary>
public sealed class DeliveryFollower(DeliveryWake wake, TimeProvider clock) : IRunFollower
{
    public async Task<Func<Task>?> EndAsync(AppDbContext db, RunEnding ending)
    {
        if (ending.Run is not { Type: RunType.Api } run || ending.Status is not (RunStatus.Completed or RunStatus.Failed))
        {
            return null;
        }

        var key = StoredSink.KeyOf(run);
        var json = await db.Set<StoredSink>().Where(s => s.Key == key).Select(s => s.MaskedJson).FirstOrDefaultAsync();
        if (json is null || SinkDefinition.Parse(json) is not { } sink || sink.WhyNot(run.ApiName!, ending.Status == RunStatus.Failed) is not null)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        db.Add(new Delivery
        {
            RunId = run.Id,
            ProjectId = run.ProjectId,
            JobRunId = run.JobRunId,
            SinkKey = key,
            SinkType = sink.Type,
            Target = SinkSender.TargetOf(sink),
            CreatedAt = now,
            NextAttemptAt = now,
        });
        await db.SaveChangesAsync();
        return () =>
        {
            wake.Wake();
            return Task.CompletedTask;
        };
    }
}

/// <summary>Wakes whoever sends what is due.</summary>
public sealed class DeliveryWake(TimeProvider clock, INodeMessages messages) : WakeCall(clock, messages, "deliveries");

/// <summary>Takes part in the transaction in which a delivery is given up.</summary>
public interface IDeliveryFollower
{
    /// <param name="message">A sentence about the last attempt.</param>
    /// <returns>What is to be done after the commit, or null.</returns>
    Task<Func<Task>?> GiveUpAsync(AppDbContext db, Delivery delivery, string message);
}
