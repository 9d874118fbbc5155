namespace IntunedDashboard.Runs;

public static partial class RunLog
{
    [LoggerMessage(1600, LogLevel.Error, "Run {RunId} failed inside the platform (correlation id {CorrelationId})")]
    public static partial void ExecutionFailed(this ILogger logger, Exception exception, string runId, string correlationId);

    [LoggerMessage(1601, LogLevel.Warning, "Took over {Runs} interrupted Runs and freed {Sessions} AuthSessions after an unclean stop")]
    public static partial void Recovered(this ILogger logger, int runs, int sessions);

    [LoggerMessage(1602, LogLevel.Warning, "Queued {Runs} Runs that had lost their trigger")]
    public static partial void Requeued(this ILogger logger, int runs);

    [LoggerMessage(1603, LogLevel.Error, "Looking for Runs without a trigger failed")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1604, LogLevel.Information, "Run {RunId} failed with {Code} (correlation id {CorrelationId})")]
    public static partial void RunFailed(this ILogger logger, string runId, string code, string correlationId);

    [LoggerMessage(1605, LogLevel.Information, "Attempt {Attempt} of Run {RunId} failed with {Code} (correlation id {CorrelationId})")]
    public static partial void AttemptFailed(this ILogger logger, int attempt, string runId, string code, string correlationId);

    [LoggerMessage(1606, LogLevel.Warning, "Run {RunId} is executed by somebody else by now, or gone: this node ends its attempt and writes nothing more of it")]
    public static partial void ClaimLost(this ILogger logger, string runId);

    [LoggerMessage(1607, LogLevel.Warning, "Run {RunId} is handed back: {Reason}")]
    public static partial void HandedBack(this ILogger logger, string runId, string reason);

    [LoggerMessage(1608, LogLevel.Error, "Looking for Runs that were asked to stop failed")]
    public static partial void StopFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1609, LogLevel.Error, "The answer to request {RequestId} could not be read")]
    public static partial void ReplyNotRead(this ILogger logger, Exception exception, string requestId);

    [LoggerMessage(1610, LogLevel.Information, "{Who} took over the browser of attempt {Attempt} of Run {RunId}")]
    public static partial void TakenOver(this ILogger logger, string who, string runId, int attempt);

    [LoggerMessage(1611, LogLevel.Information, "{Who} no longer has the browser of attempt {Attempt} of Run {RunId}: {Reason}")]
    public static partial void GivenBack(this ILogger logger, string who, string runId, int attempt, string reason);
}
