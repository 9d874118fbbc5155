using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Runs;

/// <summary>The body of <c>run/start</c>.</summary>
public sealed record StartRunRequest
{
    /// <summary>The file below api/ without its extension, such as <c>orders/list</c>.</summary>
    public required string Api { get; init; }

    public required JsonObject Parameters { get; init; }

    /// <summary>Counts only for a session without a proxy of its own.</summary>
    public string? Proxy { get; init; }

    [DefaultValue(true)]
    public bool? SaveTrace { get; init; }

    /// <summary>Seconds, for each attempt.</summary>
    [Range(1, RunOptions.LongestTimeout)]
    [DefaultValue(600)]
    public int? RequestTimeout { get; init; }

    public RetryRequest? Retry { get; init; }

    /// <summary>Required when the project has AuthSessions enabled.</summary>
    public RunAuthSessionRequest? AuthSession { get; init; }

    /// <summary>Where the result is sent when the Run has ended: type webhook with url, headers and secret, or type s3 with bucket, region, accessKeyId, secretAccessKey, prefix, endpoint and forcePathStyle; both with skipOnFail and apisToSend.</summary>
    public JsonObject? Sink { get; init; }
}

public sealed record RetryRequest
{
    /// <summary>All attempts, the first included.</summary>
    [Range(1, RunOptions.MostAttempts)]
    [DefaultValue(3)]
    public int? MaximumAttempts { get; init; }
}

/// <summary>How often a login is checked and made, the first time included.</summary>
public abstract record LoginAttempts
{
    [Range(1, RunOptions.MostAttempts)]
    [DefaultValue(3)]
    public int? CheckAttempts { get; init; }

    [Range(1, RunOptions.MostAttempts)]
    [DefaultValue(3)]
    public int? CreateAttempts { get; init; }
}

/// <summary>Which login a Run uses: a session by its id, or credentials for this Run only.</summary>
public sealed record RunAuthSessionRequest : LoginAttempts
{
    /// <summary>Required unless runtimeInput is given.</summary>
    public string? Id { get; init; }

    /// <summary>What create is given. It is not kept.</summary>
    public JsonObject? RuntimeInput { get; init; }

    [DefaultValue(true)]
    public bool? AutoRecreate { get; init; }

    public string? Proxy { get; init; }

    /// <summary>Seconds, for each check or create.</summary>
    [Range(1, RunOptions.LongestTimeout)]
    [DefaultValue(600)]
    public int? RequestTimeout { get; init; }
}

/// <summary>The body of <c>auth-sessions/{authSessionId}/update</c>.</summary>
public sealed record UpdateAuthSessionRequest : LoginAttempts
{
    /// <summary>The credentials that create is given; left out, the last ones again.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>Such as http://user:password@host:port; null takes the proxy away.</summary>
    public string? Proxy { get; init; }

    [DefaultValue(true)]
    public bool? SaveTrace { get; init; }
}

/// <summary>The body of <c>auth-sessions/create</c>.</summary>
public sealed record CreateAuthSessionRequest : LoginAttempts
{
    /// <summary>Left out, one is made; the id of an existing session updates that one.</summary>
    public string? Id { get; init; }

    /// <summary>The credentials that create is given.</summary>
    public required JsonObject Parameters { get; init; }

    /// <summary>Such as http://user:password@host:port. Everything of the session goes through it.</summary>
    public string? Proxy { get; init; }

    [DefaultValue(true)]
    public bool? SaveTrace { get; init; }
}

/// <summary>The body of <c>auth-sessions/{authSessionId}/validate/start</c>.</summary>
public sealed record ValidateAuthSessionRequest : LoginAttempts
{
    [DefaultValue(true)]
    public bool? AutoRecreate { get; init; }

    public string? Proxy { get; init; }

    /// <summary>Seconds, for each check or create.</summary>
    [Range(1, RunOptions.LongestTimeout)]
    [DefaultValue(600)]
    public int? RequestTimeout { get; init; }
}
