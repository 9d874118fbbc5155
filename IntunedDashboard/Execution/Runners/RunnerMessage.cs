using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Execution.Runners;

/// <summary>A line from a runner process; <see cref="Type"/> says which of the other members it has (docs/runner-protocol.md).</summary>
internal sealed record RunnerMessage
{
    public required string Type { get; init; }

    /// <summary>Of a call; its reply carries the same.</summary>
    public long Id { get; init; }

    public string? Method { get; init; }

    public JsonElement Arguments { get; init; }

    /// <summary>Milliseconds since the Unix epoch.</summary>
    public double Time { get; init; }

    public string? Level { get; init; }

    public string? Text { get; init; }

    /// <summary>Characters left out at the end of <see cref="Text"/>.</summary>
    public int Cut { get; init; }

    /// <summary>stdout or stderr.</summary>
    public string? Stream { get; init; }

    public string? Name { get; init; }

    public double StartedAt { get; init; }

    public double DurationMs { get; init; }

    public string? Detail { get; init; }

    public string? Kind { get; init; }

    public string? Path { get; init; }

    public JsonElement State { get; init; }

    public IReadOnlyList<string>? Values { get; init; }

    public IReadOnlyList<string>? Secrets { get; init; }

    public string? Outcome { get; init; }

    /// <summary>The result as JSON text.</summary>
    public string? Result { get; init; }

    public IReadOnlyList<RunnerPayload>? Payloads { get; init; }

    public RunnerError? Error { get; init; }

    public RunnerDropped? Dropped { get; init; }

    public bool Reusable { get; init; }

    public string? Reason { get; init; }

    /// <summary>Set by the host for output that did not come through the protocol.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Raw { get; init; }
}

internal sealed record RunnerPayload(string Api, string Parameters);

internal sealed record RunnerDropped(int Entries, long Characters);

internal sealed record RunnerError
{
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? ErrorType { get; init; }

    public string? Stack { get; init; }

    public string? File { get; init; }

    public int? Line { get; init; }

    public string? SourceLine { get; init; }

    public string? PageUrl { get; init; }

    public bool IsConnectionError { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunnerMessage))]
internal sealed partial class RunnerJson : JsonSerializerContext;
