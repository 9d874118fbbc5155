using IntunedDashboard.Nodes;

namespace IntunedDashboard.Runs;

public enum RunType
{
    Api,
    Validate,
    Create,
    Update,
}

public enum RunStatus
{
    Pending,
    Started,
    Completed,
    Failed,

    /// <summary>The code was never executed: a dependency was unmet or someone stopped it.</summary>
    Canceled,
}

/// <summary>Where a Run stands in the queue.</summary>
public enum RunPriority
{
    Job = 1,
    Api = 5,
    Person = 9,
}

/// <summary>
/// One execution, narrow on purpose: lists read only this row. What is large lies in <see cref="RunData"/>. Transitions happen by
/// conditional updates in <c>RunStore</c>, whose row count decides.
/// </summary>
public sealed record Run
{
    /// <summary>Rises with every Run; lists page by it.</summary>
    public long Seq { get; init; }

    public required string Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required Guid DeploymentId { get; init; }

    public required RunType Type { get; init; }

    public RunStatus Status { get; set; }

    /// <summary>Only for API Runs.</summary>
    public string? ApiName { get; init; }

    public Guid? AuthSessionKey { get; init; }

    public string? AuthSessionId { get; init; }

    /// <summary>The API Run whose attempt this Validate Run guards.</summary>
    public string? DependencyOfRunId { get; init; }

    public int? DependencyOfAttempt { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public required RunPriority Priority { get; init; }

    public int AttemptCount { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>A published error code; set when failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>A published reason type; set when canceled.</summary>
    public string? ReasonType { get; set; }

    /// <summary>One sentence for error or reason, redacted.</summary>
    public string? Message { get; set; }

    public string? StartedBy { get; init; }

    /// <summary>Somebody asked to stop it; whoever executes it sees this and ends.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>The published reason type that was given with the request.</summary>
    public string? CancelReason { get; set; }

    /// <summary>Set while its automation waits for a person.</summary>
    public DateTimeOffset? WaitsForPersonSince { get; set; }

    /// <summary>Set while somebody executes it, and made anew each time it is claimed. Late writers with another token change nothing.</summary>
    public string? ClaimToken { get; set; }

    /// <summary>The node that claimed it last.</summary>
    public string? NodeId { get; set; }

    /// <returns>The node that executes it right now, when that is not the given one.</returns>
    public string? OtherNodeThan(ThisNode node) => ClaimToken is null || NodeId == node.Id ? null : NodeId;
}

/// <summary>What is large or rarely read of a Run.</summary>
public sealed class RunData
{
    public required string RunId { get; init; }

    /// <summary>JSON of <see cref="RunOptions"/> without secrets.</summary>
    public required string OptionsJson { get; init; }

    /// <summary>Parameters of an API Run, as given.</summary>
    public string? ParametersJson { get; init; }

    /// <summary>Encrypted: credentials of a Create or Update, runtime input, a proxy given with the Run.</summary>
    public string? ProtectedSecrets { get; set; }

    public string? ResultJson { get; set; }

    public string? ExtendedPayloadsJson { get; set; }

    /// <summary>JSON of <see cref="RunErrorInfo"/>.</summary>
    public string? ErrorJson { get; set; }
}

/// <summary>How a Run is to be done. All counts are total attempts.</summary>
public sealed record RunOptions
{
    public const int MostAttempts = 20;

    /// <summary>Seconds: twelve hours.</summary>
    public const int LongestTimeout = 43_200;

    public int MaximumAttempts { get; init; } = 3;

    public int CheckAttempts { get; init; } = 3;

    public int CreateAttempts { get; init; } = 3;

    public bool AutoRecreate { get; init; } = true;

    /// <summary>Seconds, for each attempt of the API.</summary>
    public int RequestTimeout { get; init; } = 600;

    /// <summary>Seconds, for each check or create.</summary>
    public int AuthRequestTimeout { get; init; } = 600;

    public bool SaveTrace { get; init; } = true;
}

public enum AttemptKind
{
    Api,
    Check,
    Create,
}

public enum AttemptStatus
{
    Pending,
    Started,
    Completed,
    Failed,
    Canceled,
}

/// <summary>One execution of one function. Numbered from 1 within its Run.</summary>
public sealed class Attempt
{
    public required string RunId { get; init; }

    public required int Number { get; init; }

    public required AttemptKind Kind { get; init; }

    public AttemptStatus Status { get; set; }

    /// <summary>The Validate Run that guards this attempt of an API.</summary>
    public string? ValidateRunId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>JSON of <see cref="RunErrorInfo"/>.</summary>
    public string? ErrorJson { get; set; }

    /// <summary>JSON of a list of <see cref="AttemptStage"/>.</summary>
    public string StagesJson { get; set; } = "[]";

    public bool HasTrace { get; set; }

    public bool HasScreenshot { get; set; }

    public bool HasLog { get; set; }

    /// <summary>Which browser ran it.</summary>
    public string? Browser { get; set; }
}

/// <summary>A part of an attempt's time, in milliseconds.</summary>
public sealed record AttemptStage(string Stage, DateTimeOffset StartedAt, double DurationMs, string? Detail)
{
    /// <summary>Waiting for a browser of its own.</summary>
    public const string Browser = "browser";

    /// <summary>Waiting for another Run that held the session.</summary>
    public const string Session = "session";
}

/// <summary>One line of an attempt's log. <see cref="Seq"/> rises within the Run: a viewer reads what lies above the last it has.</summary>
public sealed class RunLogLine
{
    public required string RunId { get; init; }

    public required int Seq { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Level { get; init; }

    public required string Message { get; init; }
}

/// <summary>Why a Run or attempt failed, in the words of the published API plus what helps a person. All text is redacted.</summary>
public sealed record RunErrorInfo
{
    public required string Code { get; init; }

    /// <summary><c>infrastructure</c>, <c>execution</c>, <c>auth</c>, <c>user</c> or <c>billing</c>.</summary>
    public required string Category { get; init; }

    public required string Message { get; init; }

    public bool Retirable { get; init; }

    public required string CorrelationId { get; init; }

    public int? AttemptsCount { get; init; }

    public string? ErrorType { get; init; }

    public string? Stack { get; init; }

    public string? File { get; init; }

    public int? Line { get; init; }

    public string? SourceLine { get; init; }

    public string? PageUrl { get; init; }

    /// <summary>The site or proxy could not be reached, so nothing was learnt about the login.</summary>
    public bool IsConnectionError { get; init; }
}
