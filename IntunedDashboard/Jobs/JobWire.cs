using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Jobs;

public sealed record JobSavedWire(string Id, string Message);

public sealed record JobMessageWire(string Message);

public sealed record JobTriggeredWire(string JobRunId, string Message);

public sealed record JobRunListWire(IReadOnlyList<JobRunWire> JobRuns, int TotalCount);

/// <param name="Results">Left out as long as there is nothing to download.</param>
public sealed record JobRunDetailWire(JobRunWire JobRun, JobRunResultsWire? Results);

public sealed record JobRunResultsWire(
    [property: JsonPropertyName("signed_url")] string SignedUrl,
    string Format,
    [property: JsonPropertyName("signed_url_expiration")] DateTimeOffset SignedUrlExpiration);

public sealed record JobRunReasonWire([property: OneOf(typeof(JobRunReasons), nameof(JobRunReasons.Published))] string Type, string Message);

public sealed record JobRunErrorWire(
    string Message,
    [property: OneOf("internal-server-error", "insufficient-resource-credits")] string Code,
    [property: OneOf("infrastructure", "billing")] string Category,
    string? CorrelationId);

public sealed record JobRunSnapshotWire
{
    public required JsonObject Configuration { get; init; }

    public JsonElement? Sink { get; init; }

    [JsonPropertyName("auth_session")]
    public JsonObject? AuthSession { get; init; }

    public JobProxyWire? Proxy { get; init; }
}

public sealed record JobProxyWire([property: OneOf(JobJson.ProxyVersion)] string Version, string Url);

/// <summary>The published JobRun. Names are mixed-case on purpose; four keys are there even when they are null.</summary>
public sealed record JobRunWire
{
    public required string Id { get; init; }

    [JsonPropertyName("start_time")]
    public required DateTimeOffset StartTime { get; init; }

    [JsonPropertyName("end_time")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required DateTimeOffset? EndTime { get; init; }

    [JsonPropertyName("workspace_id")]
    public required Guid WorkspaceId { get; init; }

    [JsonPropertyName("project_id")]
    public required Guid ProjectId { get; init; }

    [JsonPropertyName("job_id")]
    public required string JobId { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    [OneOf(typeof(JobWords), nameof(JobWords.RunTypes))]
    public required string Type { get; init; }

    [OneOf(typeof(JobWords), nameof(JobWords.RunStatuses))]
    public required string Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Payloads { get; init; }

    [JsonPropertyName("successful_runs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? SuccessfulRuns { get; init; }

    [JsonPropertyName("failed_runs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? FailedRuns { get; init; }

    public JobRunErrorWire? Error { get; init; }

    public JobRunReasonWire? Reason { get; init; }

    /// <summary>The JobRun whose failed items it runs again; left out for all others.</summary>
    [JsonPropertyName("retry_of")]
    public string? RetryOf { get; init; }

    [JsonPropertyName("job_configuration_snapshot")]
    public required JobRunSnapshotWire JobConfigurationSnapshot { get; init; }

    public static JobRunWire From(Guid workspaceId, JobRunView run) => new()
    {
        Id = run.Id,
        StartTime = run.StartedAt,
        EndTime = run.EndedAt,
        WorkspaceId = workspaceId,
        ProjectId = run.ProjectId,
        JobId = run.JobId,
        CreatedAt = run.CreatedAt,
        UpdatedAt = run.UpdatedAt,
        Type = JobWords.Of(run.Type),
        Status = JobWords.Of(run.Status),
        Payloads = run.PayloadCount,
        SuccessfulRuns = run.SucceededCount,
        FailedRuns = run.FailedCount,
        Error = run.ErrorMessage is null
            ? null
            : new JobRunErrorWire(run.ErrorMessage, "internal-server-error", "infrastructure", run.ErrorCorrelationId),
        Reason = run.ReasonType is null ? null : new JobRunReasonWire(run.ReasonType, run.ReasonMessage ?? run.ReasonType),
        RetryOf = run.RetryOfJobRunId,
        JobConfigurationSnapshot = new JobRunSnapshotWire
        {
            Configuration = JobJson.Configuration(run.Options),
            Sink = run.SinkJson is null ? null : JsonElement.Parse(run.SinkJson),
            AuthSession = JobJson.AuthSession(run.Options.AuthSession),
            Proxy = run.ProxyDisplay is null ? null : new JobProxyWire(JobJson.ProxyVersion, run.ProxyDisplay),
        },
    };
}

/// <summary>Writes Jobs in the published form, the payload item by item: a Job may have a million.</summary>
public static class JobJson
{
    public const string ProxyVersion = "v1";

    private const int FlushBytes = 64 * 1024;

    public static JsonObject Configuration(JobOptions options)
    {
        var configuration = new JsonObject
        {
            ["retry"] = new JsonObject { ["maximumAttempts"] = options.MaximumAttempts },
            ["requestTimeout"] = options.RequestTimeout,
        };
        if (options.MaxConcurrentRequests is { } most)
        {
            configuration["maxConcurrentRequests"] = most;
        }

        return configuration;
    }

    public static JsonObject? AuthSession(JobAuthSession? session) => session is null ? null : new JsonObject
    {
        ["id"] = session.Id,
        ["checkAttempts"] = session.CheckAttempts,
        ["createAttempts"] = session.CreateAttempts,
    };

    /// <summary>The form of one Job on its own: <c>projectId</c>, and the proxy as plain text.</summary>
    public static Task WriteOneAsync(Utf8JsonWriter writer, JobView job, IAsyncEnumerable<JobItem> payload, CancellationToken cancellationToken) =>
        WriteAsync(writer, job, payload, () =>
        {
            writer.WriteString("projectId", job.ProjectId);
            if (job.ProxyDisplay is not null)
            {
                writer.WriteString("proxy", job.ProxyDisplay);
            }
        }, cancellationToken);

    /// <summary>The form of a Job in the list: <c>project_id</c>, <c>workspace_id</c>, reason, and the proxy as an object.</summary>
    public static Task WriteListedAsync(
        Utf8JsonWriter writer, Guid workspaceId, JobView job, IAsyncEnumerable<JobItem> payload, CancellationToken cancellationToken) =>
        WriteAsync(writer, job, payload, () =>
        {
            writer.WriteString("workspace_id", workspaceId);
            writer.WriteString("project_id", job.ProjectId);
            WriteNode(writer, "schedule_id", job.ScheduleJson is null ? null : JsonValue.Create(job.Key));
            WriteNode(writer, "proxy", job.ProxyDisplay is null ? null : new JsonObject { ["version"] = ProxyVersion, ["url"] = job.ProxyDisplay });
            WriteNode(writer, "reason", job.ReasonType is null ? null : new JsonObject
            {
                ["type"] = job.ReasonType,
                ["message"] = job.ReasonMessage ?? job.ReasonType,
                ["timestamp"] = UtcJsonConverter.Format(job.ReasonAt ?? job.UpdatedAt),
            });
        }, cancellationToken);

    private static async Task WriteAsync(
        Utf8JsonWriter writer, JobView job, IAsyncEnumerable<JobItem> payload, Action writeOwn, CancellationToken cancellationToken)
    {
        writer.WriteStartObject();
        writer.WriteString("id", job.Id);
        WriteNode(writer, "configuration", Configuration(job.Options));
        WriteText(writer, "sink", job.SinkJson);
        WriteText(writer, "schedule", job.ScheduleJson);
        WriteNode(writer, "auth_session", AuthSession(job.Options.AuthSession));
        writer.WriteString("created_at", UtcJsonConverter.Format(job.CreatedAt));
        WriteTime(writer, "next_run_time", job.NextRunAt);
        WriteTime(writer, "last_run_time", job.LastRunAt);
        writer.WriteString("state", JobWords.Of(job.State));
        writer.WriteString("origin", JobWords.Of(job.Origin));
        writeOwn();
        writer.WriteStartArray("payload");
        await foreach (var item in payload)
        {
            WriteItem(writer, item);
            if (writer.BytesPending >= FlushBytes)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter writer, JobItem item)
    {
        writer.WriteStartObject();
        writer.WriteString("apiName", item.ApiName);
        writer.WritePropertyName("parameters");
        writer.WriteRawValue(item.ParametersJson, skipInputValidation: true);
        if (item.RequestTimeout is { } timeout)
        {
            writer.WriteNumber("requestTimeout", timeout);
        }

        if (item.MaximumAttempts is { } attempts)
        {
            writer.WriteStartObject("retry");
            writer.WriteNumber("maximumAttempts", attempts);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json ?? "null", skipInputValidation: true);
    }

    private static void WriteNode(Utf8JsonWriter writer, string name, JsonNode? node) => WriteText(writer, name, node?.ToJsonString());

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time) =>
        WriteText(writer, name, time is { } at ? $"\"{UtcJsonConverter.Format(at)}\"" : null);
}
