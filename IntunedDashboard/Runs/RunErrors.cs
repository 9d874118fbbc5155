using IntunedDashboard.Execution;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs;

/// <summary>The published error codes a Run or attempt can end with.</summary>
public static class RunErrorCodes
{
    public const string AuthCheckFailed = "auth-check-failed";
    public const string CheckAttemptsFailed = "check-attempts-failed";
    public const string CreateAttemptsFailed = "create-attempts-failed";
    public const string PostCreateCheckAttemptsFailed = "post-create-check-attempts-failed";
    public const string ApiAttemptsFailed = "api-attempts-failed";
    public const string ScriptNoValidOutput = "script-no-valid-output-received";
    public const string ScriptProcessCrashed = "script-process-crashed";
    public const string InternalServerError = "internal-server-error";

    /// <summary>All that clients know. They refuse an answer with any other, while one without a code is fine.</summary>
    public static IReadOnlyList<string> Published { get; } =
    [
        InternalServerError, ScriptProcessCrashed, "unexpected", "script-execution-exception", ScriptNoValidOutput,
        "result-too-big-error", "script-timeout", "script-unexpected-error", AuthCheckFailed, "all-attempts-failed", CheckAttemptsFailed,
        CreateAttemptsFailed, PostCreateCheckAttemptsFailed, ApiAttemptsFailed, "onepassword-integration-error", "job-run-terminated",
    ];

    public static IReadOnlyList<string> Categories { get; } = ["infrastructure", "execution", "auth", "user", "billing"];
}

/// <summary>The published reasons for which a Run is canceled.</summary>
public static class RunReasons
{
    public const string ValidateDependencyFailed = "auth-session-validate-dependency-failed";
    public const string CanceledByUser = "cancelled-user-action";
    public const string ApiAccessDisabled = "api-access-disabled";
    public const string JobRunTerminated = "job-run-terminated";

    /// <summary>The login was lost in the middle of a JobRun; the item comes again.</summary>
    public const string JobRunPaused = "job-run-paused";

    /// <summary>For people.</summary>
    public static string SentenceOf(string reason) => reason switch
    {
        JobRunTerminated => "Its JobRun was terminated.",
        ApiAccessDisabled => "The project was deployed with API access switched off.",
        _ => "Canceled by a user.",
    };

    /// <summary>All that clients know.</summary>
    public static IReadOnlyList<string> Published { get; } =
    [
        ValidateDependencyFailed, "terminated", JobRunPaused, JobRunTerminated, "failed-to-initialize-job-run", ApiAccessDisabled,
        CanceledByUser,
    ];
}

public static class RunErrors
{
    public static RunErrorInfo From(ExecutionError error) => new()
    {
        Code = error.Code,
        Category = CategoryOf(error.Code),
        Message = error.Message,
        Retirable = CategoryOf(error.Code) == "infrastructure",
        CorrelationId = Ids.NewCorrelationId(),
        ErrorType = error.ErrorType,
        Stack = error.Stack,
        File = error.File,
        Line = error.Line,
        SourceLine = error.SourceLine,
        PageUrl = error.PageUrl,
        IsConnectionError = error.IsConnectionError,
    };

    public static RunErrorInfo Of(string code, string message) => new()
    {
        Code = code,
        Category = CategoryOf(code),
        Message = message,
        Retirable = CategoryOf(code) == "infrastructure",
        CorrelationId = Ids.NewCorrelationId(),
    };

    /// <summary>An error of the whole Run that stands for its attempts: it keeps what the last one showed.</summary>
    public static RunErrorInfo Wrapping(string code, string sentence, int attempts, RunErrorInfo? last)
    {
        var wrapped = last is null ? Of(code, sentence) : last with { Code = code, Category = CategoryOf(code), Retirable = false };
        return wrapped with
        {
            Message = last is null ? sentence : $"{sentence} {last.Message}",
            AttemptsCount = attempts,
            CorrelationId = last?.CorrelationId ?? wrapped.CorrelationId,
        };
    }

    /// <summary>The published category a code belongs to.</summary>
    public static string CategoryOf(string code) => code switch
    {
        RunErrorCodes.AuthCheckFailed or RunErrorCodes.CheckAttemptsFailed or RunErrorCodes.CreateAttemptsFailed
            or RunErrorCodes.PostCreateCheckAttemptsFailed => "auth",
        RunErrorCodes.ScriptProcessCrashed or RunErrorCodes.InternalServerError or "unexpected" or "script-unexpected-error" =>
            "infrastructure",
        _ => "execution",
    };
}
