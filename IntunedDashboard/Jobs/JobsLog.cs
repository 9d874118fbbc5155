namespace IntunedDashboard.Jobs;

internal static partial class JobsLog
{
    [LoggerMessage(1700, LogLevel.Error, "Dispatching Runs of Jobs failed")]
    public static partial void DispatchFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1701, LogLevel.Error, "Looking after the schedules of Jobs failed")]
    public static partial void ScheduleFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1702, LogLevel.Warning, "The schedule of Job {JobId} could not start it: {Reason}")]
    public static partial void ScheduledStartRefused(this ILogger logger, string jobId, string reason);
}
