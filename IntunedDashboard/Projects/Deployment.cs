using System.Text.Json.Serialization;

namespace IntunedDashboard.Projects;

public enum DeploymentStatus
{
    Pending,
    Building,
    Succeeded,
    Failed,
}

/// <summary>One version of a project's code. Runs keep the deployment they started with.</summary>
public sealed class Deployment
{
    public required Guid Id { get; init; }

    /// <summary>Rises with every deployment of the project; shown to people and used for paging.</summary>
    public required int Number { get; init; }

    public required Guid ProjectId { get; init; }

    public DeploymentStatus Status { get; set; }

    public required string Language { get; init; }

    /// <summary>SHA-256 of the archive, hexadecimal.</summary>
    public required string ContentHash { get; init; }

    public required string DeployedBy { get; init; }

    /// <summary>The node that builds it.</summary>
    public string? NodeId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>What was found in the project, as JSON of <see cref="DeploymentManifest"/>; null until it was read.</summary>
    public string? ManifestJson { get; set; }

    /// <summary>JSON of a list of <see cref="Diagnostic"/>.</summary>
    public string DiagnosticsJson { get; set; } = "[]";

    /// <summary>What it was made from, for people: <c>Settings</c>, <c>Again from #3</c>; null for an upload.</summary>
    public string? Origin { get; init; }

    /// <summary>When it last became the project's current one; null if it never did.</summary>
    public DateTimeOffset? ActivatedAt { get; set; }

    public string? ActivatedBy { get; set; }

    /// <summary>Encrypted: the proxy of its settings file.</summary>
    public string? ProtectedProxy { get; set; }

    /// <summary>Encrypted: the sink of its settings file for Jobs that have none, as it stands there.</summary>
    public string? ProtectedDefaultSink { get; set; }

    /// <summary>What it did to the things it defines as code, as JSON of <see cref="DeploymentResources"/>.</summary>
    public string? ResourcesJson { get; set; }

    /// <summary>Whether something it defines as code is still to be done, because it was in use.</summary>
    public bool ResourcesPending { get; set; }

    public static string DefaultSinkPurpose(Guid id) => $"deployment-sink:{id:N}";

    public static string ProxyPurpose(Guid id) => $"deployment-proxy:{id:N}";
}

[JsonConverter(typeof(JsonStringEnumConverter<DiagnosticSeverity>))]
public enum DiagnosticSeverity
{
    Error,
    Warning,
    Info,
}

/// <summary>A finding with its place. Line and column count from 1; 0 means the whole file.</summary>
public sealed record Diagnostic(string File, int Line, int Column, DiagnosticSeverity Severity, string Code, string Message);

/// <summary>What a deployment offers, read once at deploy so that nobody has to look into its files later.</summary>
public sealed record DeploymentManifest
{
    /// <summary>The name of the file that was read.</summary>
    public string? SettingsFile { get; init; }

    /// <summary>API names: path below <c>api/</c> without extension, <c>/</c> between folders.</summary>
    public IReadOnlyList<string> Apis { get; init; } = [];

    public ProjectSettings Settings { get; init; } = new();

    /// <summary>Named example inputs by function (<c>api/list-employees</c>, <c>auth-sessions/create</c>), then by set name;
    /// values are JSON objects.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Parameters { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The fields <c>create</c> asks for, from its parameter type or else from its named inputs.</summary>
    public IReadOnlyList<CredentialField> CredentialFields { get; init; } = [];

    /// <summary>Ids of the AuthSessions that the project's own files define.</summary>
    public IReadOnlyList<string> CodeSessions { get; init; } = [];

    /// <summary>Ids of the Jobs that the project's own files define.</summary>
    public IReadOnlyList<string> CodeJobs { get; init; } = [];

    public bool HasCheck { get; init; }

    public bool HasCreate { get; init; }
}

/// <param name="Type">string, number, boolean, or json for what is an object or a list.</param>
public sealed record CredentialField(string Name, string Type, bool Required, bool Secret);

/// <summary>The settings file as far as the platform acts on it. Unknown fields stay in the deployed file.</summary>
public sealed record ProjectSettings
{
    public string? ProjectName { get; init; }

    public bool AuthSessionsEnabled { get; init; }

    /// <summary>"API" (credentials or runtime) or "MANUAL" (recorder).</summary>
    public string AuthSessionsType { get; init; } = "API";

    /// <summary>Whether a person who logs in by hand sees only the page, and cannot type addresses.</summary>
    public bool IsKiosk { get; init; }

    public bool AuthSessionsSaveTraces { get; init; }

    /// <summary>Whether the state that a successful API Run leaves becomes the session's, once it passed its check.</summary>
    public bool KeepRefreshedState { get; init; }

    public bool ApiAccessEnabled { get; init; } = true;

    /// <summary>Whether the file says <c>version</c>; the older form names and allows other things.</summary>
    public bool IsCurrentGeneration { get; init; }

    public string ReplicationSize { get; init; } = "standard";

    public int MinCount { get; init; }

    public int MaxConcurrentRuns { get; init; } = 1;

    public bool Headful { get; init; }

    public int BrowserWidth { get; init; } = 1024;

    public int BrowserHeight { get; init; } = 800;

    public string? StartUrl { get; init; }

    public string? FinishUrl { get; init; }

    /// <summary>The proxy for Runs whose session and caller name none. It holds a password, so it is never stored with the rest.</summary>
    [JsonIgnore]
    public string? Proxy { get; init; }

    /// <summary>The same for people: the password is dots.</summary>
    public string? ProxyDisplay { get; init; }

    /// <summary>The sink for Jobs that have none, as it stands in the file. It holds secrets, so it is never stored with the rest.</summary>
    [JsonIgnore]
    public string? DefaultSinkJson { get; init; }

    /// <summary>The run form's default API and its parameters as JSON.</summary>
    public string? PlaygroundApi { get; init; }

    public string? PlaygroundParametersJson { get; init; }
}
