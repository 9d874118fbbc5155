namespace IntunedDashboard.Execution.Hosting;

/// <summary>Nothing here takes text that a site made.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1040, LogLevel.Debug, "A page of a watched browser was closed while it was being shown")]
    public static partial void TabLost(ILogger logger, Exception exception);

    [LoggerMessage(1041, LogLevel.Warning, "A part of a captured login was left out: {Reason}")]
    public static partial void StatePartLost(ILogger logger, string reason);

    [LoggerMessage(1042, LogLevel.Debug, "A connection of a hosted browser ended")]
    public static partial void ConnectionEnded(ILogger logger, Exception exception);
}
