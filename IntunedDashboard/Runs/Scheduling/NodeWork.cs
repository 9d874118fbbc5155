using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using Quartz;
using Quartz.Extensibility;

namespace IntunedDashboard.Runs.Scheduling;

/// <summary>
/// Lets this node's scheduler look at once when another node has queued a Run, instead of when it looks by itself; and lets it take nothing
/// while the node is draining.
/// </summary>
public sealed class NodeWork(
    ISchedulerFactory schedulers, ISchedulerSignaler signaler, BrowserSlots slots, ThisNode node, INodeMessages messages, TimeProvider clock,
    ILogger<NodeWork> logger) : IHostedService
{
    /// <summary>How much later a node looks whose places are all taken, by Runs of JobRuns perhaps, which the scheduler does not count: a
    /// node with a free one shall get the Run.</summary>
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(300);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (node.Slots > 0)
        {
            messages.Listen(RunScheduler.MessageKind, _ => Look(), Look);
            node.DrainingChanged += OnDrainingChanged;
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        node.DrainingChanged -= OnDrainingChanged;
        return Task.CompletedTask;
    }

    private void OnDrainingChanged(object? sender, EventArgs args) => _ = LimitAsync();

    private async Task LimitAsync()
    {
        try
        {
            var scheduler = await schedulers.GetScheduler();
            var limits = ExecutionLimitsBuilder.Create().ForGroup(RunScheduler.BrowserGroup, node.IsDraining ? 0 : node.Slots).Build();
            await scheduler.SetExecutionLimits(limits);
            await signaler.SignalSchedulingChange(null);
        }
        catch (Exception fault)
        {
            logger.SweepFailed(fault);
        }
    }

    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        try
        {
            if (slots.Used == slots.Count)
            {
                await Task.Delay(BusyDelay, clock);
            }

            await signaler.SignalSchedulingChange(null);
        }
        catch (Exception fault)
        {
            logger.SweepFailed(fault);
        }
    }
}
