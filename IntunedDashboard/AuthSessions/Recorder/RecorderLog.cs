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

    [LoggerMessage(1304, LogLevel.Information, "{Who} made link {LinkId} to log in AuthSession {AuthSessionId} by hand")]
    public static partial void LinkMade(ILogger logger, string who, string authSessionId, Guid linkId);

    [LoggerMessage(1305, LogLevel.Information, "Link {LinkId} was opened from {From}")]
    public static partial void LinkOpened(ILogger logger, Guid linkId, string from);

    [LoggerMessage(1306, LogLevel.Warning, "A link that is no longer valid, or never was, was tried from {From}")]
    public static partial void LinkRefused(ILogger logger, string from);

    [LoggerMessage(1307, LogLevel.Error, "Sweeping unfinished logins failed")]
    public static partial void SweepFailed(ILogger logger, Exception exception);
}
