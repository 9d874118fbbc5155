using Quartz;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>
/// One Quartz trigger for each Job that has a next time. The Job's row is the truth; the trigger only says "now". Safe for concurrent use.
/// </summary>
public sealed class JobTriggers(ISchedulerFactory schedulers, TimeProvider clock)
{
    private const string Group = "jobs";

    internal static readonly JobKey Job = new("schedule", Group);

    /// <summary>Sets the Job's one trigger to this time; null takes it away.</summary>
    public async Task ArmAsync(Guid jobKey, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        if (at is not { } time)
        {
            await scheduler.UnscheduleJob(KeyOf(jobKey), cancellationToken);
            return;
        }

        var trigger = TriggerBuilder.Create(clock)
            .WithIdentity(KeyOf(jobKey))
            .ForJob(Job)
            .StartAt(time)
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Replace, cancellationToken);
    }

    private static TriggerKey KeyOf(Guid jobKey) => new(jobKey.ToString("N"), Group);
}

/// <summary>Starts the Job whose time has come.</summary>
public sealed class ScheduledJobStart(JobSchedules schedules) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var key = context.RecoveringTriggerKey ?? context.Trigger.Key;
        await schedules.StartIfDueAsync(Guid.Parse(key.Name), cancellationToken);
    }
}
