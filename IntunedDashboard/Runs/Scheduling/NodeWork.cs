using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using Quartz;
using Quartz.Extensibility;

namespace IntunedDashboard.Runs.Scheduling;

/// <summary>
/// Lets this node's scheduler look at once when another node has queued a Run, instead of when it looks by itself; and lets it take nothing
/// while the node is draining.
/// </summary>
public sealed class NodeWork(ISchedulerFactory schedulers, ISchedulerSignaler signaler, ThisNode node, INodeMessages messages, ILogger<NodeWork> logger)
    : IHostedService
{
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
            await signaler.SignalSchedulingChange(null);
        }
        catch (Exception fault)
        {
            logger.SweepFailed(fault);
        }
    }
}
