using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Runs;

/// <summary>The published words for states and types.</summary>
public static class RunWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Pending => "pending",
        RunStatus.Started => "started",
        RunStatus.Completed => "completed",
        RunStatus.Failed => "failed",
        _ => "canceled",
    };

    public static string Of(RunType type) => type switch
    {
        RunType.Api => "API",
        RunType.Validate => "AuthSession:Validate",
        RunType.Create => "AuthSession:Create",
        _ => "AuthSession:Update",
    };

    public static string Of(AttemptStatus status) => status switch
    {
        AttemptStatus.Pending => "pending",
        AttemptStatus.Started => "started",
        AttemptStatus.Completed => "completed",
        AttemptStatus.Failed => "failed",
        _ => "canceled",
    };

    public static string Of(AttemptKind kind) => kind switch
    {
        AttemptKind.Api => "api",
        AttemptKind.Check => "check",
        _ => "create",
    };
}

/// <summary>The published error of a Run; names are mixed-case on purpose.</summary>
public sealed record RunErrorWire
{
    public required string Code { get; init; }

    public required string Category { get; init; }

    public required string Message { get; init; }

    public required bool Retirable { get; init; }

    [JsonPropertyName("correlation_id")]
    public required string CorrelationId { get; init; }

    public JsonObject? Details { get; init; }

    public static RunErrorWire? From(RunErrorInfo? error) => error is null ? null : new RunErrorWire
    {
        Code = error.Code,
        Category = error.Category,
        Message = error.Message,
        Retirable = error.Retirable,
        CorrelationId = error.CorrelationId,
        Details = DetailsOf(error),
    };

    private static JsonObject? DetailsOf(RunErrorInfo error)
    {
        var details = new JsonObject();
        Add("attempts_count", error.AttemptsCount is { } count ? JsonValue.Create(count) : null);
        Add("name", error.ErrorType);
        Add("file", error.File);
        Add("line", error.Line is { } line ? JsonValue.Create(line) : null);
        Add("page_url", error.PageUrl);
        return details.Count == 0 ? null : details;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                details[name] = value;
            }
        }
    }
}

public sealed record RunReasonWire(string Type, string Message)
{
    public static RunReasonWire? From(RunRow run) =>
        run.ReasonType is null ? null : new RunReasonWire(run.ReasonType, run.Message ?? "The Run was canceled.");
}

/// <summary>The answer of <c>run/start</c>.</summary>
public sealed record RunStartedWire(string RunId, string Status = "pending");

/// <summary>The answer of <c>run/{runId}/result</c>. A completed Run has a result even when it is null.</summary>
public sealed record RunResultWire
{
    public required string RunId { get; init; }

    public required string Status { get; init; }

    public JsonElement? Result { get; init; }

    public JsonElement? ExtendedPayloads { get; init; }

    public RunErrorWire? Error { get; init; }

    public string? Message { get; init; }

    public RunReasonWire? Reason { get; init; }

    public static RunResultWire From(RunDetail run) => new()
    {
        RunId = run.Row.Id,
        Status = RunWords.Of(run.Row.Status),
        Result = Parse(run.ResultJson),
        ExtendedPayloads = Parse(run.ExtendedPayloadsJson),
        Error = RunErrorWire.From(run.Error),
        Message = run.Row.Message,
        Reason = RunReasonWire.From(run.Row),
    };

    internal static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}

public sealed record DependencyWire(string RunId, int Attempt);

public sealed record RunSummaryWire
{
    public required string RunId { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? ApiName { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public DependencyWire? DependencyOf { get; init; }

    public required int Attempts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? DurationMs { get; init; }

    /// <summary>The published error code and sentence.</summary>
    public RunListErrorWire? Error { get; init; }

    public RunReasonWire? Reason { get; init; }

    public static RunSummaryWire From(RunRow run) => new()
    {
        RunId = run.Id,
        Type = RunWords.Of(run.Type),
        Status = RunWords.Of(run.Status),
        ApiName = run.ApiName,
        AuthSessionId = run.AuthSessionId,
        JobId = run.JobId,
        JobRunId = run.JobRunId,
        DependencyOf = run.DependencyOfRunId is null ? null : new DependencyWire(run.DependencyOfRunId, run.DependencyOfAttempt ?? 0),
        Attempts = run.AttemptCount,
        CreatedAt = run.CreatedAt,
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        DurationMs = DurationOf(run.StartedAt, run.FinishedAt),
        Error = run.ErrorCode is null ? null : RunListErrorWire.From(run.ErrorCode, run.Message),
        Reason = RunReasonWire.From(run),
    };

    internal static long? DurationOf(DateTimeOffset? started, DateTimeOffset? finished) =>
        started is { } from && finished is { } to ? (long)(to - from).TotalMilliseconds : null;
}

public sealed record RunListErrorWire(string Code, string Category, string Message, bool Retirable)
{
    public static RunListErrorWire From(string code, string? message)
    {
        var category = RunErrors.CategoryOf(code);
        return new RunListErrorWire(code, category, message ?? "The Run failed.", category == "infrastructure");
    }
}

public sealed record RunListWire(IReadOnlyList<RunSummaryWire> Runs, string? NextCursor);

public sealed record AttemptWire
{
    public required int Number { get; init; }

    public required string Kind { get; init; }

    public required string Status { get; init; }

    public string? ValidateRunId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? DurationMs { get; init; }

    public RunErrorWire? Error { get; init; }

    public required bool HasTrace { get; init; }

    public required bool HasLog { get; init; }

    public required bool HasScreenshot { get; init; }

    public static AttemptWire From(AttemptView attempt) => new()
    {
        Number = attempt.Number,
        Kind = RunWords.Of(attempt.Kind),
        Status = RunWords.Of(attempt.Status),
        ValidateRunId = attempt.ValidateRunId,
        StartedAt = attempt.StartedAt,
        FinishedAt = attempt.FinishedAt,
        DurationMs = RunSummaryWire.DurationOf(attempt.StartedAt, attempt.FinishedAt),
        Error = RunErrorWire.From(attempt.Error),
        HasTrace = attempt.HasTrace,
        HasLog = attempt.HasLog,
        HasScreenshot = attempt.HasScreenshot,
    };
}

/// <summary>A summary with everything the Run was given and gave; its error carries all details.</summary>
public sealed record RunDetailWire
{
    public required string RunId { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? ApiName { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public DependencyWire? DependencyOf { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? DurationMs { get; init; }

    public RunErrorWire? Error { get; init; }

    public RunReasonWire? Reason { get; init; }

    public required JsonElement Parameters { get; init; }

    public JsonElement? Result { get; init; }

    public required Guid DeploymentId { get; init; }

    public required IReadOnlyList<AttemptWire> Attempts { get; init; }

    public static RunDetailWire From(RunDetail run)
    {
        var summary = RunSummaryWire.From(run.Row);
        return new RunDetailWire
        {
            RunId = summary.RunId,
            Type = summary.Type,
            Status = summary.Status,
            ApiName = summary.ApiName,
            AuthSessionId = summary.AuthSessionId,
            JobId = summary.JobId,
            JobRunId = summary.JobRunId,
            DependencyOf = summary.DependencyOf,
            CreatedAt = summary.CreatedAt,
            StartedAt = summary.StartedAt,
            FinishedAt = summary.FinishedAt,
            DurationMs = summary.DurationMs,
            Error = RunErrorWire.From(run.Error),
            Reason = summary.Reason,
            Parameters = JsonElement.Parse(run.ParametersJson),
            Result = RunResultWire.Parse(run.ResultJson),
            DeploymentId = run.DeploymentId,
            Attempts = run.Attempts.Select(AttemptWire.From).ToList(),
        };
    }
}
