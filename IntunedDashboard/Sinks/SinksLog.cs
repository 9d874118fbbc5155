namespace IntunedDashboard.Sinks;

internal static partial class SinksLog
{
    [LoggerMessage(1950, LogLevel.Error, "Looking for deliveries that are due failed")]
    public static partial void OutboxFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1951, LogLevel.Error, "Delivering Run {RunId} failed inside the platform")]
    public static partial void DeliveryFaulted(this ILogger logger, Exception exception, string runId);

    [LoggerMessage(1952, LogLevel.Warning, "Delivering Run {RunId} to {Target} was given up")]
    public static partial void GivenUp(this ILogger logger, string runId, string target);
}
