namespace IntunedDashboard.AuthSessions;

public enum AuthSessionType
{
    Credentials,
    Recorder,
    Runtime,
}

public enum AuthSessionStatus
{
    /// <summary>Being created or updated.</summary>
    Pending,

    /// <summary>The last check or login succeeded.</summary>
    Ready,

    /// <summary>The login is lost; it needs a recreation, an Update or a person.</summary>
    Expired,
}

public enum AuthSessionSource
{
    Ui,
    Api,
    Code,
}

/// <summary>The operation that holds a session exclusively.</summary>
public enum AuthSessionOperation
{
    Create,
    Update,
    Recreate,
    Validate,

    /// <summary>A login that a person made is checked.</summary>
    Record,
}

/// <summary>
/// A login kept for one project: credentials, proxy and the browser state that the last good login left. The type never changes.
/// Written only through conditional updates in <c>AuthSessionStore</c>, because Runs, pages and recovery act on it at once.
/// </summary>
public sealed class AuthSession
{
    /// <summary>Internal key; people and clients know the session by project and <see cref="Id"/>.</summary>
    public required Guid Key { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>At least 3 characters: letters, digits, hyphens, underscores. Unique in the project.</summary>
    public required string Id { get; init; }

    public required AuthSessionType Type { get; init; }

    public required AuthSessionSource Source { get; set; }

    public AuthSessionStatus Status { get; set; }

    /// <summary>Since when the session has its status.</summary>
    public DateTimeOffset StatusSince { get; set; }

    /// <summary>Why it is EXPIRED: a sentence for people, without secrets.</summary>
    public string? StatusReason { get; set; }

    /// <summary>The Run that gave it its status.</summary>
    public string? StatusRunId { get; set; }

    /// <summary>Encrypted JSON object given to <c>create</c>; null for Runtime and Recorder sessions.</summary>
    public string? ProtectedParameters { get; set; }

    /// <summary>Encrypted proxy address.</summary>
    public string? ProtectedProxy { get; set; }

    /// <summary>The proxy with its password masked, for people.</summary>
    public string? ProxyDisplay { get; set; }

    /// <summary>The current state version; 0 before the first login.</summary>
    public int StateVersion { get; set; }

    /// <summary>Logins in a row that went through and were then refused by the check.</summary>
    public int UnprovenLogins { get; set; }

    /// <summary>Overrides <see cref="AuthSessionOptions.LoginsPerHour"/> for this session.</summary>
    public int? LoginsPerHour { get; set; }

    /// <summary>The Run that holds the session exclusively, or null.</summary>
    public string? LockedByRunId { get; set; }

    public AuthSessionOperation? LockOperation { get; set; }

    public DateTimeOffset? LockedAt { get; set; }

    /// <summary>The node on which a person logs it in right now, in a browser of that node.</summary>
    public string? RecorderNodeId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? LastValidatedAt { get; set; }

    public DateTimeOffset? LastRecreatedAt { get; set; }
}

/// <summary>One captured browser state. It becomes the session's current one only after its check passed.</summary>
public sealed class AuthSessionState
{
    public required Guid SessionKey { get; init; }

    public required int Version { get; init; }

    public required string RunId { get; init; }

    public required string ProtectedState { get; init; }

    /// <summary>Names and expiry of what was captured, never values, as JSON of <see cref="StateSummary"/>.</summary>
    public required string SummaryJson { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>When its check passed; null for a candidate that never proved itself.</summary>
    public DateTimeOffset? PromotedAt { get; set; }
}

public sealed record StateSummary(IReadOnlyList<StateCookie> Cookies, IReadOnlyList<StateOrigin> Origins)
{
    public static StateSummary Empty { get; } = new([], []);
}

/// <param name="Expires">Null for a cookie that ends with the browser.</param>
public sealed record StateCookie(string Name, string Domain, string Path, DateTimeOffset? Expires);

public sealed record StateOrigin(
    string Origin,
    IReadOnlyList<string> LocalStorageKeys,
    IReadOnlyList<string> SessionStorageKeys,
    IReadOnlyList<string> IndexedDbNames);
