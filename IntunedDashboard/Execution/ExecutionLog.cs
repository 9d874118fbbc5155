namespace IntunedDashboard.Execution;

/// <summary>Nothing here takes text that an automation or a site made.</summary>
internal static partial class ExecutionLog
{
    [LoggerMessage(1000, LogLevel.Information, "Browsers are ready: {Description}")]
    public static partial void BrowserReady(ILogger logger, string description);

    [LoggerMessage(1001, LogLevel.Warning, "{Message}")]
    public static partial void BrowserUnavailable(ILogger logger, string message);

    [LoggerMessage(1002, LogLevel.Warning, "A browser did not start")]
    public static partial void BrowserFailed(ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Error, "Playwright's driver did not start")]
    public static partial void DriverFailed(ILogger logger, Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "Browser process {Pid} ended by itself; it is replaced")]
    public static partial void BrowserDied(ILogger logger, int pid);

    [LoggerMessage(1004, LogLevel.Warning, "Browser process {Pid} did not close in time and was killed")]
    public static partial void BrowserKilled(ILogger logger, int pid);

    [LoggerMessage(1010, LogLevel.Warning, "A runner process did not start")]
    public static partial void RunnerFailed(ILogger logger, Exception exception);

    [LoggerMessage(1011, LogLevel.Warning, "Attempt {AttemptKey} did not stop when asked; its process tree was killed")]
    public static partial void AttemptKilled(ILogger logger, string attemptKey);

    [LoggerMessage(1012, LogLevel.Error, "Attempt {AttemptKey} ended by a defect of the engine")]
    public static partial void AttemptDefect(ILogger logger, Exception exception, string attemptKey);

    [LoggerMessage(1013, LogLevel.Error, "The trace of attempt {AttemptKey} was thrown away: it could not be freed of secrets")]
    public static partial void TraceDropped(ILogger logger, Exception? exception, string attemptKey);

    [LoggerMessage(1014, LogLevel.Debug, "Runner process {Pid} is not used again: {Reason}")]
    public static partial void RunnerNotReusable(ILogger logger, int pid, string reason);

    [LoggerMessage(1015, LogLevel.Error, "{Method} of attempt {AttemptKey} failed, correlation id {CorrelationId}")]
    public static partial void CallFailed(ILogger logger, Exception exception, string method, string attemptKey, string correlationId);

    [LoggerMessage(1020, LogLevel.Warning, "Swept {Processes} processes that a stopped node had left behind")]
    public static partial void Swept(ILogger logger, int processes);

    [LoggerMessage(1021, LogLevel.Warning, "The folder {Folder} could not be removed")]
    public static partial void FolderNotRemoved(ILogger logger, Exception exception, string folder);

    [LoggerMessage(1030, LogLevel.Information, "Installing a browser: {Command}")]
    public static partial void Installing(ILogger logger, string command);

    [LoggerMessage(1031, LogLevel.Information, "  {Line}")]
    public static partial void InstallProgress(ILogger logger, string line);

    [LoggerMessage(1032, LogLevel.Warning, "{Command} ended with code {ExitCode}")]
    public static partial void InstallFailed(ILogger logger, string command, int exitCode);
}
