using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Cli.Api;

/// <summary>The answers of the server that commands look into; what they only pass on stays JSON.</summary>
internal sealed record ProjectWire(string Name, string Language, string Status, ProjectSessionsWire? AuthSessions, LastDeploymentWire? LastDeployment);

internal sealed record ProjectSessionsWire(bool Enabled, string Type);

internal sealed record LastDeploymentWire(Guid DeploymentId, string Status, DateTimeOffset CreatedAt);

internal sealed record DeploymentWire(
    Guid DeploymentId,
    string Status,
    int? Number,
    IReadOnlyList<string>? Apis,
    IReadOnlyList<DiagnosticWire>? Diagnostics,
    JsonObject? Resources)
{
    public bool IsFinished => Status is "succeeded" or "failed";
}

internal sealed record DiagnosticWire(string File, int Line, int Column, string Severity, string Code, string Message);

internal sealed record RunErrorWire(string? Code, string Category, string Message)
{
    [JsonPropertyName("correlation_id")]
    public string? CorrelationId { get; init; }

    public JsonNode? Details { get; init; }
}

internal sealed record RunReasonWire(string Type, string Message);

internal sealed record RunListWire(IReadOnlyList<RunSummaryWire> Runs, string? NextCursor);

internal record RunFactsWire
{
    public required string RunId { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? ApiName { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? DurationMs { get; init; }

    public DateTimeOffset? WaitsForPersonSince { get; init; }

    public RunErrorWire? Error { get; init; }

    public RunReasonWire? Reason { get; init; }
}

internal sealed record HumanFieldWire(string Name, string Label, string Type, IReadOnlyList<string>? Choices);

internal sealed record HumanRequestWire(string RequestId, string RunId, string Status, string Message, IReadOnlyList<HumanFieldWire> Fields);

internal sealed record RunSummaryWire : RunFactsWire
{
    public int Attempts { get; init; }
}

internal sealed record RunDetailWire : RunFactsWire
{
    public JsonNode? Parameters { get; init; }

    public required IReadOnlyList<AttemptWire> Attempts { get; init; }
}

internal sealed record AttemptWire
{
    public required int Number { get; init; }

    public required string Kind { get; init; }

    public required string Status { get; init; }

    public string? ValidateRunId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? DurationMs { get; init; }

    public RunErrorWire? Error { get; init; }

    public bool HasTrace { get; init; }

    public bool HasLog { get; init; }
}

internal sealed record RunStartedWire(string RunId, string Status);

internal sealed record RunResultWire(
    string RunId, string Status, JsonNode? Result, JsonArray? ExtendedPayloads, RunErrorWire? Error, RunReasonWire? Reason)
{
    public bool IsFinal => Status is "completed" or "failed" or "canceled";
}

internal sealed record AuthSessionWire(string Id, string Type, string Status);

internal sealed record AuthSessionDetailsWire(
    string Id, string Type, string Status, string Source, string? Proxy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record RecorderStartedWire(string RecorderUrl, DateTimeOffset ExpiresAt);

internal sealed record OperationStartedWire(string OperationId, string Status);

internal sealed record OperationResultWire(
    string Status, string? RunId, string? AuthSessionId, string? Message, RunErrorWire? Error, RunReasonWire? Reason)
{
    public bool IsFinal => Status is "done" or "failed" or "canceled";
}

internal sealed record VariableWire(string Key, string? Description, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);
