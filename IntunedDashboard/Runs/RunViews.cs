using IntunedDashboard.Runs.People;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Runs;

/// <summary>Filters of the Runs list; a null means all. The page keeps them in its address.</summary>
public sealed record RunFilter
{
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>Also those that wait for a person; without <see cref="Statuses"/> only those.</summary>
    public bool WaitsForPerson { get; init; }

    public IReadOnlyList<RunType> Types { get; init; } = [];

    public string? ApiName { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Only Runs up to this <see cref="RunRow.Seq"/>: a list that somebody reads does not shift when new Runs come.</summary>
    public long? UpToSeq { get; init; }

    /// <summary>Only Runs above this <see cref="RunRow.Seq"/>: what is new since.</summary>
    public long? AboveSeq { get; init; }
}

/// <summary>One line of the Runs list.</summary>
public sealed record RunRow
{
    public required long Seq { get; init; }

    public required string Id { get; init; }

    public required RunType Type { get; init; }

    public required RunStatus Status { get; init; }

    public string? ApiName { get; init; }

    public string? AuthSessionId { get; init; }

    public string? DependencyOfRunId { get; init; }

    public int? DependencyOfAttempt { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public int AttemptCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public string? ErrorCode { get; init; }

    public string? ReasonType { get; init; }

    public string? Message { get; init; }

    /// <summary>Set while its automation waits for a person.</summary>
    public DateTimeOffset? WaitsForPersonSince { get; init; }
}

/// <summary>A page of Runs, newest first. <see cref="NextCursor"/> is null on the last page.</summary>
public sealed record RunPage(IReadOnlyList<RunRow> Runs, string? NextCursor);

/// <summary>Everything the Run page shows but its log.</summary>
public sealed record RunDetail
{
    public required RunRow Row { get; init; }

    public required Guid ProjectId { get; init; }

    public required Guid DeploymentId { get; init; }

    public int? DeploymentNumber { get; init; }

    public string? StartedBy { get; init; }

    /// <summary>The name of the node that executes it right now, when that is not this one.</summary>
    public string? OtherNode { get; init; }

    public RunPriority Priority { get; init; }

    public required RunOptions Options { get; init; }

    /// <summary>JSON; values that are credentials are masked.</summary>
    public required string ParametersJson { get; init; }

    public string? ResultJson { get; init; }

    public string? ExtendedPayloadsJson { get; init; }

    public RunErrorInfo? Error { get; init; }

    public bool CancelRequested { get; init; }

    /// <summary>What it asks of a person; null unless it waits for one.</summary>
    public HumanRequestView? HumanRequest { get; init; }

    public required IReadOnlyList<AttemptView> Attempts { get; init; }
}

public sealed record AttemptView
{
    public required int Number { get; init; }

    public required AttemptKind Kind { get; init; }

    public required AttemptStatus Status { get; init; }

    public string? ValidateRunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public RunErrorInfo? Error { get; init; }

    public required IReadOnlyList<AttemptStage> Stages { get; init; }

    public bool HasTrace { get; init; }

    public bool HasScreenshot { get; init; }

    public bool HasLog { get; init; }

    public string? Browser { get; init; }
}

/// <summary>What a person or client asks for when starting an API Run.</summary>
public sealed record StartRun
{
    public required string Api { get; init; }

    /// <summary>A JSON object.</summary>
    public required string ParametersJson { get; init; }

    public string? AuthSessionId { get; init; }

    /// <summary>A JSON object: credentials for this Run only, never stored with the session.</summary>
    public string? RuntimeInputJson { get; init; }

    public string? Proxy { get; init; }

    public SinkDefinition? Sink { get; init; }

    public RunOptions Options { get; init; } = new();

    public RunPriority Priority { get; init; } = RunPriority.Api;
}
