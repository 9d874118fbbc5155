namespace IntunedDashboard.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1900, LogLevel.Error, "{Method} {Endpoint} failed, correlation id {CorrelationId}.")]
    public static partial void RequestFailed(
        this ILogger logger, Exception exception, string method, string? endpoint, string correlationId);
}
