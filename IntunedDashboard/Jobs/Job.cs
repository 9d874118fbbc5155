namespace IntunedDashboard.Jobs;

/// <summary>Where a Job's definition lives.</summary>
public enum JobOrigin
{
    /// <summary>Made in the dashboard or over REST.</summary>
    Api,

    /// <summary>A file of the deployed project; read-only everywhere else.</summary>
    Code,
}

public enum JobState
{
    Active,

    /// <summary>The schedule rests and nothing is dispatched.</summary>
    Paused,
}

/// <summary>
/// Payload items that run under one AuthSession, on demand or by a schedule. Its payload lies in <see cref="JobPayloadItem"/>. Written
/// only by <c>JobStore</c>.
/// </summary>
public sealed class Job
{
    /// <summary>Internal key; people and clients know the Job by project and <see cref="Id"/>.</summary>
    public required Guid Key { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>Letters, digits, hyphens and underscores. Unique in the project.</summary>
    public required string Id { get; init; }

    public required JobOrigin Origin { get; set; }

    public JobState State { get; set; }

    /// <summary>Why it is paused, in a published word: <c>paused</c> or <c>terminated</c>.</summary>
    public string? ReasonType { get; set; }

    public string? ReasonMessage { get; set; }

    public DateTimeOffset? ReasonAt { get; set; }

    /// <summary>JSON of <see cref="JobOptions"/>.</summary>
    public required string OptionsJson { get; set; }

    /// <summary>In the published form; null for a Job that only starts when somebody asks.</summary>
    public string? ScheduleJson { get; set; }

    /// <summary>The sink with its secrets masked, in the published form.</summary>
    public string? SinkJson { get; set; }

    /// <summary>The whole sink, encrypted.</summary>
    public string? ProtectedSink { get; set; }

    /// <summary>The proxy with its password masked.</summary>
    public string? ProxyDisplay { get; set; }

    public string? ProtectedProxy { get; set; }

    public int PayloadCount { get; set; }

    /// <summary>SHA-256 of what a code-defined Job's file says, so that an unchanged one is left alone.</summary>
    public string? ContentHash { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When the schedule starts it next, jitter included; null without a schedule and while paused.</summary>
    public DateTimeOffset? NextRunAt { get; set; }

    /// <summary>The nominal time of <see cref="NextRunAt"/>.</summary>
    public DateTimeOffset? NextNominalAt { get; set; }

    public DateTimeOffset? LastRunAt { get; set; }
}

/// <summary>One item of a Job's payload: a Run that every JobRun makes.</summary>
public sealed class JobPayloadItem
{
    public required Guid JobKey { get; init; }

    /// <summary>From 0, without gaps.</summary>
    public required int Position { get; init; }

    public required string ApiName { get; init; }

    /// <summary>A JSON object.</summary>
    public required string ParametersJson { get; init; }

    /// <summary>Seconds; null for the Job's.</summary>
    public int? RequestTimeout { get; init; }

    /// <summary>Total attempts; null for the Job's.</summary>
    public int? MaximumAttempts { get; init; }
}

/// <summary>How a Job runs its items. Counts are total attempts, times are seconds.</summary>
public sealed record JobOptions
{
    public const int MostConcurrent = 1000;

    public int MaximumAttempts { get; init; } = 3;

    /// <summary>Runs at the same time; null for as many as the node has slots.</summary>
    public int? MaxConcurrentRequests { get; init; }

    public int RequestTimeout { get; init; } = 600;

    /// <summary>Null in projects without AuthSessions.</summary>
    public JobAuthSession? AuthSession { get; init; }
}

public sealed record JobAuthSession
{
    public required string Id { get; init; }

    public int CheckAttempts { get; init; } = 3;

    public int CreateAttempts { get; init; } = 3;
}
