namespace IntunedDashboard.AuthSessions;

/// <summary>One line of the AuthSessions tab.</summary>
public sealed record AuthSessionRow
{
    public required Guid Key { get; init; }

    public required string Id { get; init; }

    public required AuthSessionType Type { get; init; }

    public required AuthSessionStatus Status { get; init; }

    public required DateTimeOffset StatusSince { get; init; }

    public string? StatusReason { get; init; }

    public string? StatusRunId { get; init; }

    public required AuthSessionSource Source { get; init; }

    public string? ProxyDisplay { get; init; }

    public string? LockedByRunId { get; init; }

    public AuthSessionOperation? LockOperation { get; init; }

    public DateTimeOffset? LockedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? LastValidatedAt { get; init; }

    public DateTimeOffset? LastRecreatedAt { get; init; }

    public int StateVersion { get; init; }

    /// <summary>The session's own budget of logins; null for that of the settings.</summary>
    public int? LoginsPerHour { get; init; }
}

/// <summary>How many more logins a session may make before somebody has to look at it.</summary>
/// <param name="Used">Executions of <c>create</c> within the last hour.</param>
/// <param name="IsOwn">Whether the limit was set for this session.</param>
public sealed record LoginBudget(int Used, int Limit, bool IsOwn)
{
    public const int Highest = 1000;

    public bool IsSpent => Used >= Limit;
}

/// <summary>A kept state. One that was never proved by a check is a candidate that did not make it.</summary>
public sealed record AuthSessionVersion(
    int Version, string RunId, DateTimeOffset CapturedAt, DateTimeOffset? ProvedAt, bool IsCurrent, int Cookies, int Origins);

/// <summary>What is asked for by New AuthSession and by Update.</summary>
public sealed record SaveAuthSession
{
    /// <summary>Null on create: the platform makes one.</summary>
    public string? Id { get; init; }

    /// <summary>A JSON object of credentials. Null on update: the last ones again.</summary>
    public string? ParametersJson { get; init; }

    public string? Proxy { get; init; }

    /// <summary>On update: whether <see cref="Proxy"/> replaces the session's proxy (also by none).</summary>
    public bool SetProxy { get; init; }

    public int CheckAttempts { get; init; } = 3;

    public int CreateAttempts { get; init; } = 3;

    public bool SaveTrace { get; init; } = true;

    public AuthSessionSource Source { get; init; } = AuthSessionSource.Api;
}

/// <summary>What is asked for by Validate.</summary>
public sealed record ValidateAuthSession
{
    public bool AutoRecreate { get; init; } = true;

    public int CheckAttempts { get; init; } = 3;

    public int CreateAttempts { get; init; } = 3;

    /// <summary>Seconds, for each check or create.</summary>
    public int RequestTimeout { get; init; } = 600;

    public string? Proxy { get; init; }
}

/// <param name="RunId">The AuthSession Run that does it; also the operation id of the published API.</param>
public sealed record AuthSessionOperationStarted(string AuthSessionId, string RunId);
