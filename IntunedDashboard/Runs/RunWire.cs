using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Runs;

/// <summary>The published words for states and types.</summary>
public static class RunWords
{
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<RunStatus>().Select(Of)];

    public static IReadOnlyList<string> Types { get; } = [.. Enum.GetValues<RunType>().Select(Of)];

    public static IReadOnlyList<string> AttemptStatuses { get; } = [.. Enum.GetValues<AttemptStatus>().Select(Of)];

    public static IReadOnlyList<string> AttemptKinds { get; } = [.. Enum.GetValues<AttemptKind>().Select(Of)];

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
    /// <summary>Left out when it is none that clients know.</summary>
    [OneOf(typeof(RunErrorCodes), nameof(RunErrorCodes.Published))]
    public string? Code { get; init; }

    [OneOf(typeof(RunErrorCodes), nameof(RunErrorCodes.Categories))]
    public required string Category { get; init; }

    public required string Message { get; init; }

    public required bool Retirable { get; init; }

    [JsonPropertyName("correlation_id")]
    public required string CorrelationId { get; init; }

    public JsonObject? Details { get; init; }

    public static RunErrorWire? From(RunErrorInfo? error) => error is null ? null : new RunErrorWire
    {
        Code = RunErrorCodes.Published.Contains(error.Code) ? error.Code : null,
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

public sealed record RunReasonWire([property: OneOf(typeof(RunReasons), nameof(RunReasons.Published))] string Type, string Message)
{
    public static RunReasonWire? From(RunRow run) =>
        run.ReasonType is null ? null : new RunReasonWire(run.ReasonType, run.Message ?? "The Run was canceled.");
}

/// <summary>The answer of <c>run/start</c>.</summary>
public sealed record RunStartedWire(string RunId, [property: OneOf("pending")] string Status = "pending");

/// <summary>The answer of <c>runs/{runId}/cancel</c>: a Run that is being executed ends a moment later.</summary>
public sealed record RunStateWire(string RunId, [property: OneOf(typeof(RunWords), nameof(RunWords.Statuses))] string Status);

/// <summary>The answer of <c>run/{runId}/result</c>. A completed Run has a result even when it is null.</summary>
public sealed record RunResultWire
{
    public required string RunId { get; init; }

    [OneOf(typeof(RunWords), nameof(RunWords.Statuses))]
    public required string Status { get; init; }

    public JsonElement? Result { get; init; }

    public IReadOnlyList<ExtendedPayloadWire>? ExtendedPayloads { get; init; }

    public RunErrorWire? Error { get; init; }

    public string? Message { get; init; }

    public RunReasonWire? Reason { get; init; }

    public static RunResultWire From(RunDetail run) => new()
    {
        RunId = run.Row.Id,
        Status = RunWords.Of(run.Row.Status),
        Result = Parse(run.ResultJson),
        ExtendedPayloads = Runs.ExtendedPayloads.Read(run.ExtendedPayloadsJson),
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

    [OneOf(typeof(RunWords), nameof(RunWords.Types))]
    public required string Type { get; init; }

    [OneOf(typeof(RunWords), nameof(RunWords.Statuses))]
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

    /// <summary>Only while its automation waits for a person.</summary>
    public DateTimeOffset? WaitsForPersonSince { get; init; }

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
        WaitsForPersonSince = run.WaitsForPersonSince,
        Error = run.ErrorCode is null ? null : RunListErrorWire.From(run.ErrorCode, run.Message),
        Reason = RunReasonWire.From(run),
    };

    internal static long? DurationOf(DateTimeOffset? started, DateTimeOffset? finished) =>
        started is { } from && finished is { } to ? (long)(to - from).TotalMilliseconds : null;
}

public sealed record RunListErrorWire(
    [property: OneOf(typeof(RunErrorCodes), nameof(RunErrorCodes.Published))] string? Code,
    [property: OneOf(typeof(RunErrorCodes), nameof(RunErrorCodes.Categories))] string Category,
    string Message,
    bool Retirable)
{
    public static RunListErrorWire From(string code, string? message)
    {
        var category = RunErrors.CategoryOf(code);
        return new RunListErrorWire(RunErrorCodes.Published.Contains(code) ? code : null, category, message ?? "The Run failed.", category == "infrastructure");
    }
}

public sealed record RunListWire(IReadOnlyList<RunSummaryWire> Runs, string? NextCursor);

public sealed record AttemptWire
{
    public required int Number { get; init; }

    [OneOf(typeof(RunWords), nameof(RunWords.AttemptKinds))]
    public required string Kind { get; init; }

    [OneOf(typeof(RunWords), nameof(RunWords.AttemptStatuses))]
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

    [OneOf(typeof(RunWords), nameof(RunWords.Types))]
    public required string Type { get; init; }

    [OneOf(typeof(RunWords), nameof(RunWords.Statuses))]
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

    /// <summary>Only while its automation waits for a person.</summary>
    public DateTimeOffset? WaitsForPersonSince { get; init; }

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
            WaitsForPersonSince = summary.WaitsForPersonSince,
            Error = RunErrorWire.From(run.Error),
            Reason = summary.Reason,
            Parameters = JsonElement.Parse(run.ParametersJson),
            Result = RunResultWire.Parse(run.ResultJson),
            DeploymentId = run.DeploymentId,
            Attempts = run.Attempts.Select(AttemptWire.From).ToList(),
        };
    }
}
