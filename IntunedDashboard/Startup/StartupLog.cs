namespace IntunedDashboard.Startup;

internal static partial class StartupLog
{
    [LoggerMessage(100, LogLevel.Information, "IntunedDashboard is ready. Open {Address}")]
    public static partial void Ready(this ILogger logger, string address);

    // The token is meant for whoever can read this console; it dies with the first account or the process.
    [LoggerMessage(101, LogLevel.Information,
        "IntunedDashboard is ready. Open {Address}/setup to make the admin account. From another machine the page asks for this set-up token: {Token}")]
    public static partial void SetupNeeded(this ILogger logger, string address, string token);

    [LoggerMessage(102, LogLevel.Information, "This Worker is ready. Open {Address}/health/ready to see how it is; pages and REST are on the Web nodes")]
    public static partial void WorkerReady(this ILogger logger, string address);
}
