namespace IntunedDashboard.Ui;

internal static partial class UiLog
{
    [LoggerMessage(2000, LogLevel.Error, "A page could not be shown; the person saw correlation id {CorrelationId}")]
    public static partial void PageFailed(this ILogger logger, Exception exception, string correlationId);

    [LoggerMessage(2001, LogLevel.Error, "A command failed; the person saw correlation id {CorrelationId}")]
    public static partial void CommandFailed(this ILogger logger, Exception exception, string correlationId);
}
