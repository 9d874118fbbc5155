namespace IntunedDashboard.Jobs;

public enum JobRunType
{
    Manual,
    Scheduled,
}

/// <summary>The published states. There is none for running: a JobRun at work is PENDING without an end.</summary>
public enum JobRunStatus
{
    Pending,

    /// <summary>Dispatches nothing more; what runs may finish.</summary>
    Pausing,

    Paused,

    /// <summary>The login is validated anew before items go on.</summary>
    Resuming,

    /// <summary>Every item has ended, whether well or not.</summary>
    Success,

    /// <summary>The platform itself failed.</summary>
    Failure,

    /// <summary>An older word for <see cref="Success"/>: read, never written.</summary>
    Completed,

    Terminated,

    /// <summary>It never began.</summary>
    Canceled,
}

/// <summary>What a JobRun does while its status is PENDING, PAUSING or RESUMING.</summary>
public enum JobRunStage
{
    /// <summary>A job-level Validate Run is on its way; no item starts.</summary>
    Validating,

    Dispatching,
}

/// <summary>
/// One pass over a Job's payload, with the configuration as it was when it started. Written only by conditional updates, in the same
/// transaction as the Run whose end moves it: a crash at any point loses and repeats nothing.
/// </summary>
public sealed class JobRun
{
    /// <summary>Rises with every JobRun.</summary>
    public long Seq { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    public required Guid JobKey { get; init; }

    public required Guid ProjectId { get; init; }

    public required string JobId { get; init; }

    public required JobRunType Type { get; init; }

    public JobRunStatus Status { get; set; }

    public JobRunStage Stage { get; set; }

    /// <summary>A published reason type.</summary>
    public string? ReasonType { get; set; }

    public string? ReasonMessage { get; set; }

    /// <summary>Only with FAILURE; a sentence and a correlation id.</summary>
    public string? ErrorMessage { get; set; }

    public string? ErrorCorrelationId { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last went on after a pause.</summary>
    public DateTimeOffset? ResumedAt { get; set; }

    /// <summary>Null as long as it is active; PAUSED counts as active.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>All items, extended ones included.</summary>
    public int PayloadCount { get; set; }

    public int SucceededCount { get; set; }

    public int FailedCount { get; set; }

    /// <summary>Items whose Run somebody stopped.</summary>
    public int CanceledCount { get; set; }

    /// <summary>Items that have a Run right now.</summary>
    public int RunningCount { get; set; }

    /// <summary>The job-level Validate Run that has not ended yet.</summary>
    public string? ValidationRunId { get; set; }

    /// <summary>Whether a job-level validation has passed, or none is needed.</summary>
    public bool WasValidated { get; set; }

    /// <summary>Job-level validations since an item last ended: a login that passes there and fails with every item helps nobody.</summary>
    public int FruitlessValidations { get; set; }

    /// <summary>Runs in a row that failed for the platform's own reasons.</summary>
    public int PlatformFailures { get; set; }

    /// <summary>Whether its items run under an AuthSession: the Job names one and the project had them enabled at the start.</summary>
    public required bool UsesAuthSession { get; init; }

    /// <summary>Copied from <see cref="JobOptions.MaxConcurrentRequests"/>.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>JSON of <see cref="JobOptions"/>, as all that follows a snapshot of the Job.</summary>
    public required string OptionsJson { get; init; }

    /// <summary>Masked; the whole sink is stored under this JobRun's id.</summary>
    public string? SinkJson { get; set; }

    public string? ProxyDisplay { get; init; }

    public string? ProtectedProxy { get; init; }

    public string? StartedBy { get; init; }

    /// <summary>The JobRun whose failed items are its payload; null for one that takes the Job's payload.</summary>
    public string? RetryOfJobRunId { get; init; }
}

public enum JobRunItemStatus
{
    Waiting,
    Running,
    Succeeded,
    Failed,
    Canceled,
}

/// <summary>One item of a JobRun: copied from the Job's payload, or added by an item that called <c>extendPayload</c>.</summary>
public sealed class JobRunItem
{
    public required long JobRunSeq { get; init; }

    public required int Position { get; init; }

    public required string ApiName { get; init; }

    public required string ParametersJson { get; init; }

    public int? RequestTimeout { get; init; }

    public int? MaximumAttempts { get; init; }

    public JobRunItemStatus Status { get; set; }

    /// <summary>The Run that works on it, or did last.</summary>
    public string? RunId { get; set; }

    /// <summary>Attempts of earlier Runs that were broken off by a lost login.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>From 1 in the order in which items ended; results are read by it.</summary>
    public int? EndedOrder { get; set; }
}
