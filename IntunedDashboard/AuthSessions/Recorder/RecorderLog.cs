namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Nothing here takes text that a site or a person's browser made. These lines are also the audit of logins by hand.</summary>
internal static partial class RecorderLog
{
    [LoggerMessage(1300, LogLevel.Information, "{Who} opened a browser to log in AuthSession {AuthSessionId} by hand, recorder {RecorderId}")]
    public static partial void Opened(ILogger logger, string who, string authSessionId, Guid recorderId);

    [LoggerMessage(1301, LogLevel.Information, "Recorder {RecorderId} of AuthSession {AuthSessionId} ended: {Outcome}")]
    public static partial void Ended(ILogger logger, Guid recorderId, string authSessionId, string outcome);

    [LoggerMessage(1302, LogLevel.Error, "Recorder {RecorderId} failed, correlation id {CorrelationId}")]
    public static partial void Failed(ILogger logger, Exception exception, Guid recorderId, string correlationId);

    [LoggerMessage(1303, LogLevel.Information, "{Count} AuthSessions that a person was logging in are EXPIRED, because the server stopped")]
    public static partial void Abandoned(ILogger logger, int count);
}
