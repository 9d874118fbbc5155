using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Runs;

namespace IntunedDashboard.Jobs;

public sealed record JobItemWire
{
    public required string ApiName { get; init; }

    public required JsonObject Parameters { get; init; }

    /// <summary>Seconds; left out, the Job's.</summary>
    [Range(1, RunOptions.LongestTimeout)]
    public int? RequestTimeout { get; init; }

    /// <summary>Left out, the Job's.</summary>
    public RetryRequest? Retry { get; init; }
}

public sealed record JobConfigurationWire
{
    public RetryRequest? Retry { get; init; }

    /// <summary>How many items may run at once; left out, as many as the server has room for.</summary>
    [Range(1, JobOptions.MostConcurrent)]
    public int? MaxConcurrentRequests { get; init; }

    /// <summary>Seconds, for each attempt.</summary>
    [Range(1, RunOptions.LongestTimeout)]
    [DefaultValue(600)]
    public int? RequestTimeout { get; init; }
}

public sealed record JobAuthSessionWire : LoginAttempts
{
    public required string Id { get; init; }
}

/// <summary>The body that replaces a Job.</summary>
public record UpdateJobRequest
{
    public required IReadOnlyList<JobItemWire> Payload { get; init; }

    public required JobConfigurationWire Configuration { get; init; }

    /// <summary>intervals, a list of objects with every, such as 6h; calendars, a list of objects with second, minute, hour, dayOfMonth, month, dayOfWeek and year; jitter.</summary>
    public JsonObject? Schedule { get; init; }

    /// <summary>type webhook with url and headers, or type s3 with bucket, region, accessKeyId and secretAccessKey.</summary>
    public JsonObject? Sink { get; init; }

    public string? Proxy { get; init; }

    /// <summary>Required when the project has AuthSessions enabled.</summary>
    [JsonPropertyName("auth_session")]
    public JobAuthSessionWire? AuthSession { get; init; }
}

/// <summary>The body that makes a Job.</summary>
public sealed record CreateJobRequest : UpdateJobRequest
{
    public required string Id { get; init; }
}

/// <summary>What the two published forms of a Job share. They are written item by item (<see cref="JobJson"/>), as a payload can be long.</summary>
public abstract record JobWire
{
    public required string Id { get; init; }

    public required JobConfigurationWire Configuration { get; init; }

    public required IReadOnlyList<JobItemWire> Payload { get; init; }

    /// <summary>Secrets are masked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonObject? Sink { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonObject? Schedule { get; init; }

    [JsonPropertyName("auth_session")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JobAuthSessionWire? AuthSession { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("next_run_time")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NextRunTime { get; init; }

    [JsonPropertyName("last_run_time")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? LastRunTime { get; init; }

    [OneOf(typeof(JobWords), nameof(JobWords.States))]
    public required string State { get; init; }

    [OneOf(typeof(JobWords), nameof(JobWords.Origins))]
    public required string Origin { get; init; }
}

/// <summary>A Job on its own: <c>projectId</c>, and the proxy as text.</summary>
public sealed record OneJobWire : JobWire
{
    public required Guid ProjectId { get; init; }

    public string? Proxy { get; init; }
}

/// <summary>A Job in the list: <c>project_id</c>, and the proxy as an object.</summary>
public sealed record ListedJobWire : JobWire
{
    [JsonPropertyName("workspace_id")]
    public required Guid WorkspaceId { get; init; }

    [JsonPropertyName("project_id")]
    public required Guid ProjectId { get; init; }

    [JsonPropertyName("schedule_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? ScheduleId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JobProxyWire? Proxy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JobPauseWire? Reason { get; init; }
}

public sealed record JobPauseWire([property: OneOf("paused", "terminated")] string Type, string Message, DateTimeOffset Timestamp);

/// <summary>The body of <c>sinks/test</c>.</summary>
public sealed record TestSinkRequest
{
    /// <summary>As a Job has it.</summary>
    public required JsonObject Sink { get; init; }

    /// <summary>The Job whose sink is edited: what it shows as dots is taken from there.</summary>
    public string? JobId { get; init; }
}

/// <summary>What came of a test message. Without a statusCode nothing answered; the message says why.</summary>
public sealed record SinkTestedWire(bool Delivered, int? StatusCode, string Message);

/// <summary>Requests and answers as they could be, for the description of REST.</summary>
internal static class JobExamples
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid WorkspaceId = Guid.Parse("123e4567-e89b-42d3-a456-426614174000");
    private static readonly Guid ProjectId = Guid.Parse("f3a1d2c4-0b5e-4b57-9f7e-1d2c3b4a5968");
    private static readonly JobConfigurationWire Configuration = new() { Retry = new RetryRequest { MaximumAttempts = 3 }, MaxConcurrentRequests = 2 };
    private static readonly JobAuthSessionWire Session = new() { Id = "demo-user", CheckAttempts = 3, CreateAttempts = 3 };

    private static IReadOnlyList<JobItemWire> Payload =>
        [new() { ApiName = "list-employees", Parameters = new JsonObject { ["department"] = "Engineering" } }];

    public static CreateJobRequest Create { get; } = new()
    {
        Id = "nightly-export",
        Payload = Payload,
        Configuration = Configuration,
        Schedule = Schedule(),
        AuthSession = Session,
    };

    public static UpdateJobRequest Update { get; } = new() { Payload = Payload, Configuration = Configuration, AuthSession = Session };

    public static OneJobWire One { get; } = new()
    {
        Id = Create.Id,
        ProjectId = ProjectId,
        Configuration = Configuration,
        Payload = Payload,
        Schedule = Schedule(),
        AuthSession = Session,
        CreatedAt = Time,
        NextRunTime = Time.AddHours(6),
        State = JobWords.Of(JobState.Active),
        Origin = JobWords.Of(JobOrigin.Api),
    };

    public static ListedJobWire Listed { get; } = new()
    {
        Id = One.Id,
        WorkspaceId = WorkspaceId,
        ProjectId = ProjectId,
        Configuration = Configuration,
        Payload = Payload,
        Schedule = Schedule(),
        AuthSession = Session,
        CreatedAt = Time,
        NextRunTime = One.NextRunTime,
        State = One.State,
        Origin = One.Origin,
    };

    public static JobRunWire Run { get; } = new()
    {
        Id = "jr_V1StGXR8Z5jdHi6BmyTmq",
        StartTime = Time,
        EndTime = null,
        WorkspaceId = WorkspaceId,
        ProjectId = ProjectId,
        JobId = One.Id,
        CreatedAt = Time,
        UpdatedAt = Time,
        Type = JobWords.Of(JobRunType.Manual),
        Status = JobWords.Of(JobRunStatus.Pending),
        Payloads = 1,
        SuccessfulRuns = 0,
        FailedRuns = 0,
        JobConfigurationSnapshot = new JobRunSnapshotWire { Configuration = JobJson.Configuration(new JobOptions()) },
    };

    public static TestSinkRequest TestSink { get; } = new()
    {
        Sink = new JsonObject { ["type"] = "webhook", ["url"] = "https://example.com/runs" },
        JobId = One.Id,
    };

    public static SinkTestedWire SinkTested { get; } = new(Delivered: true, StatusCode: 204, "https://example.com answered 204.");

    private static JsonObject Schedule() => new() { ["intervals"] = new JsonArray(new JsonObject { ["every"] = "6h" }) };
}
