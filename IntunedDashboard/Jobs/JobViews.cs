using IntunedDashboard.Runs;

namespace IntunedDashboard.Jobs;

/// <summary>A Job without its payload, as lists, pages and clients see it. No secret is in it.</summary>
public sealed record JobView
{
    public required Guid Key { get; init; }

    public required Guid ProjectId { get; init; }

    public required string Id { get; init; }

    public required JobOrigin Origin { get; init; }

    public required JobState State { get; init; }

    public string? ReasonType { get; init; }

    public string? ReasonMessage { get; init; }

    public DateTimeOffset? ReasonAt { get; init; }

    public required JobOptions Options { get; init; }

    /// <summary>In the published form.</summary>
    public string? ScheduleJson { get; init; }

    /// <summary>In the published form, secrets masked.</summary>
    public string? SinkJson { get; init; }

    public string? ProxyDisplay { get; init; }

    public required int PayloadCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? NextRunAt { get; init; }

    public DateTimeOffset? LastRunAt { get; init; }

    public static JobView From(Job job) => new()
    {
        Key = job.Key,
        ProjectId = job.ProjectId,
        Id = job.Id,
        Origin = job.Origin,
        State = job.State,
        ReasonType = job.ReasonType,
        ReasonMessage = job.ReasonMessage,
        ReasonAt = job.ReasonAt,
        Options = JobSecrets.ReadOptions(job.OptionsJson),
        ScheduleJson = job.ScheduleJson,
        SinkJson = job.SinkJson,
        ProxyDisplay = job.ProxyDisplay,
        PayloadCount = job.PayloadCount,
        CreatedAt = job.CreatedAt,
        UpdatedAt = job.UpdatedAt,
        NextRunAt = job.NextRunAt,
        LastRunAt = job.LastRunAt,
    };
}

/// <summary>A JobRun as lists, pages and clients see it.</summary>
public sealed record JobRunView
{
    public required long Seq { get; init; }

    public required string Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required string JobId { get; init; }

    public required JobRunType Type { get; init; }

    public required JobRunStatus Status { get; init; }

    /// <summary>Whether a job-level validation is under way, so that no item starts.</summary>
    public required bool IsValidating { get; init; }

    public string? ValidationRunId { get; init; }

    public string? ReasonType { get; init; }

    public string? ReasonMessage { get; init; }

    public string? ErrorMessage { get; init; }

    public string? ErrorCorrelationId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? ResumedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required int PayloadCount { get; init; }

    public required int SucceededCount { get; init; }

    public required int FailedCount { get; init; }

    public required int CanceledCount { get; init; }

    public required int RunningCount { get; init; }

    public required JobOptions Options { get; init; }

    public string? SinkJson { get; init; }

    public string? ProxyDisplay { get; init; }

    public string? StartedBy { get; init; }

    /// <summary>The JobRun whose failed items it runs again.</summary>
    public string? RetryOfJobRunId { get; init; }

    public int EndedCount => SucceededCount + FailedCount + CanceledCount;

    public int WaitingCount => PayloadCount - EndedCount - RunningCount;

    public static JobRunView From(JobRun run) => new()
    {
        Seq = run.Seq,
        Id = run.Id,
        ProjectId = run.ProjectId,
        JobId = run.JobId,
        Type = run.Type,
        Status = run.Status,
        IsValidating = run.ValidationRunId is not null,
        ValidationRunId = run.ValidationRunId,
        ReasonType = run.ReasonType,
        ReasonMessage = run.ReasonMessage,
        ErrorMessage = run.ErrorMessage,
        ErrorCorrelationId = run.ErrorCorrelationId,
        StartedAt = run.StartedAt,
        ResumedAt = run.ResumedAt,
        EndedAt = run.EndedAt,
        CreatedAt = run.CreatedAt,
        UpdatedAt = run.UpdatedAt,
        PayloadCount = run.PayloadCount,
        SucceededCount = run.SucceededCount,
        FailedCount = run.FailedCount,
        CanceledCount = run.CanceledCount,
        RunningCount = run.RunningCount,
        Options = JobSecrets.ReadOptions(run.OptionsJson),
        SinkJson = run.SinkJson,
        ProxyDisplay = run.ProxyDisplay,
        StartedBy = run.StartedBy,
        RetryOfJobRunId = run.RetryOfJobRunId,
    };
}

public enum JobRunSortField
{
    StartTime,
    EndTime,
    CreatedAt,
    UpdatedAt,
    Status,
    Type,
    Payloads,
    SuccessfulRuns,
    FailedRuns,
}

public sealed record JobRunSort(JobRunSortField Field, bool Descending);

/// <param name="TotalCount">Of all pages.</param>
public sealed record JobRunPage(IReadOnlyList<JobRunView> JobRuns, int TotalCount);

/// <summary>One line of a JobRun's results: an item and the Run that ended it.</summary>
public sealed record JobRunResult
{
    /// <summary>From 1, in the order in which items ended.</summary>
    public required int Order { get; init; }

    public required Run Run { get; init; }

    public required string ParametersJson { get; init; }

    public string? ResultJson { get; init; }

    public string? ExtendedPayloadsJson { get; init; }

    public RunErrorInfo? Error { get; init; }

    /// <summary>The last attempt with a trace.</summary>
    public int? TraceAttempt { get; init; }

    public int? LogAttempt { get; init; }
}

/// <param name="Message">A sentence for who asked.</param>
public sealed record JobRunStarted(string JobRunId, JobRunStatus Status, string Message);
