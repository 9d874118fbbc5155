using IntunedDashboard.Platform;
using Quartz;

namespace IntunedDashboard.Runs.Scheduling;

/// <summary>
/// Queues Runs as one-shot triggers whose key is the Run's id. Asking twice for the same Run is harmless: the claim decides who
/// executes it. Safe for concurrent use.
/// </summary>
public sealed class RunScheduler(ISchedulerFactory schedulers, INodeMessages messages, TimeProvider clock)
{
    /// <summary>The execution group of everything that needs a browser; its limit is the node's slots.</summary>
    public const string BrowserGroup = "browser";

    internal const string MessageKind = "runs";

    private const string Group = "runs";

    /// <summary>How much earlier than a Run of the next lower priority one counts as queued. The scheduler goes by time and looks at
    /// priorities only where times are equal; this way nobody waits for ever either.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    internal static readonly JobKey Job = new("run", Group);

    public async Task EnqueueAsync(string runId, RunPriority priority, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var trigger = TriggerBuilder.Create(clock)
            .WithIdentity(runId, Group)
            .ForJob(Job)
            .WithPriority((int)priority)
            .WithExecutionGroup(BrowserGroup)
            .StartAt(clock.GetUtcNow() - LeadOf(priority))
            .WithSimpleSchedule(once => once.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
        messages.Send(MessageKind, string.Empty);
    }

    private static TimeSpan LeadOf(RunPriority priority) => priority switch
    {
        RunPriority.Person => 2 * Lead,
        RunPriority.Api => Lead,
        _ => TimeSpan.Zero,
    };

    public async Task<bool> IsQueuedAsync(string runId, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        return await scheduler.Exists(new TriggerKey(runId, Group), cancellationToken);
    }
}

/// <summary>Hands a fired trigger to the executor. The Run itself is the truth; the trigger only says "now".</summary>
public sealed class RunJob(RunExecutor executor, BrowserSlots slots) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var key = context.RecoveringTriggerKey ?? context.Trigger.Key;
        using var slot = await slots.TakeAsync((RunPriority)context.Trigger.Priority, cancellationToken);
        await executor.ExecuteAsync(key.Name, cancellationToken);
    }
}
