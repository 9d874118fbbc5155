using System.Collections.Concurrent;
using IntunedDashboard.Data;
using IntunedDashboard.Nodes;

namespace IntunedDashboard.Sinks;

/// <summary>
/// Sends what is due, many at once and few to one target, so that a receiver that hangs holds up only its own. An attempt that is cut
/// off by the end of the process was not recorded and is made again after the next start.
/// </summary>
public sealed class DeliveryWorker(
    DeliveryStore store, SinkSender sender, DeliveryWake wake, NodeHeartbeat nodes, TimeProvider clock, ILogger<DeliveryWorker> logger)
    : BackgroundService, INodeHeir
{
    private const int MostAtOnce = 32;
    private const int MostForTarget = 8;

    /// <summary>How long at most something that nobody has called for is not noticed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Ids of the Runs that are being delivered, and where to.</summary>
    private readonly ConcurrentDictionary<string, string> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.TakeOverAsync(nodes.GoneAtStart, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public async Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        await store.TakeOverAsync(gone, cancellationToken);
        wake.WakeHere();
    }

    public void Yield()
    {
        // What is on its way cannot be called back; it is not recorded, and receivers tell repetitions by the message's id.
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Starting must not wait for the first look.
        await Task.Yield();
        try
        {
            while (true)
            {
                await wake.WaitAsync(await StartDueAsync(stoppingToken), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_running.Values);
        }
    }

    /// <returns>How long nothing more is due, unless somebody calls.</returns>
    private async Task<TimeSpan> StartDueAsync(CancellationToken stoppingToken)
    {
        try
        {
            // One moment divides what is due from what is not yet, so that nothing becomes due between two looks unseen.
            var now = clock.GetUtcNow();
            while (await StartSomeAsync(now, stoppingToken))
            {
                // One target may have filled all places of a round; others come in the next.
            }

            var wait = await store.FindNextTimeAsync(now, stoppingToken) - clock.GetUtcNow();
            return wait < LookAgain ? TimeSpan.FromTicks(Math.Max(wait.Value.Ticks, 0)) : LookAgain;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.OutboxFailed(fault);
            return LookAgain;
        }
    }

    /// <returns>Whether anything was started.</returns>
    private async Task<bool> StartSomeAsync(DateTimeOffset now, CancellationToken stoppingToken)
    {
        var running = _targets.ToArray();
        var places = MostAtOnce - running.Length;
        if (places <= 0)
        {
            return false;
        }

        var counts = running.GroupBy(r => r.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var busy = counts.Where(c => c.Value >= MostForTarget).Select(c => c.Key).ToArray();
        var started = false;
        foreach (var due in await store.TakeDueAsync(now, busy, places, MayTake, stoppingToken))
        {
            _targets[due.RunId] = due.Target;
            _running[due.RunId] = DeliverAsync(due, stoppingToken);
            started = true;
        }

        return started;

        bool MayTake(Delivery due) => !_targets.ContainsKey(due.RunId) && (counts[due.Target] = counts.GetValueOrDefault(due.Target) + 1) <= MostForTarget;
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            var startedAt = clock.GetUtcNow();
            if (await store.OpenAsync(delivery, stoppingToken) is var (sink, message))
            {
                var answer = sink is null
                    ? SinkAnswer.Failed("The sink's secrets cannot be read any more.")
                    : await sender.SendAsync(sink, message, stoppingToken);
                await DatabasePatience.WriteAsync(
                    async _ =>
                    {
                        await store.RecordAsync(delivery, startedAt, answer);
                        return true;
                    },
                    Patience,
                    clock);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await GiveBackAsync(delivery);
        }
        catch (Exception fault)
        {
            // This is about the database: what is still due must not be tried again at once.
            logger.DeliveryFaulted(fault, delivery.RunId);
            await Task.Delay(LookAgain, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await GiveBackAsync(delivery);
        }
        finally
        {
            _running.TryRemove(delivery.RunId, out _);
            _targets.TryRemove(delivery.RunId, out _);
            wake.WakeHere();
        }
    }

    private async Task GiveBackAsync(Delivery delivery)
    {
        try
        {
            await DatabasePatience.WriteAsync(
                async _ =>
                {
                    await store.GiveBackAsync(delivery);
                    return true;
                },
                Patience,
                clock);
        }
        catch (Exception fault)
        {
            // It is taken over with this node.
            logger.DeliveryFaulted(fault, delivery.RunId);
        }
    }
}
