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

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>What was found in the project, as JSON of <see cref="DeploymentManifest"/>; null until it was read.</summary>
    public string? ManifestJson { get; set; }

    /// <summary>JSON of a list of <see cref="Diagnostic"/>.</summary>
    public string DiagnosticsJson { get; set; } = "[]";
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
    /// <summary>API names: path below <c>api/</c> without extension, <c>/</c> between folders.</summary>
    public IReadOnlyList<string> Apis { get; init; } = [];

    public ProjectSettings Settings { get; init; } = new();

    /// <summary>Named example inputs by function (<c>api/list-employees</c>, <c>auth-sessions/create</c>), then by set name;
    /// values are JSON objects.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Parameters { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The fields <c>create</c> asks for, from its parameter type or else from its named inputs.</summary>
    public IReadOnlyList<CredentialField> CredentialFields { get; init; } = [];

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

    public bool AuthSessionsSaveTraces { get; init; }

    /// <summary>Whether the state that a successful API Run leaves becomes the session's, once it passed its check.</summary>
    public bool KeepRefreshedState { get; init; }

    public bool ApiAccessEnabled { get; init; } = true;

    public int MaxConcurrentRuns { get; init; } = 1;

    public bool Headful { get; init; }

    public int BrowserWidth { get; init; } = 1024;

    public int BrowserHeight { get; init; } = 800;

    public string? StartUrl { get; init; }

    public string? FinishUrl { get; init; }

    /// <summary>The run form's default API and its parameters as JSON.</summary>
    public string? PlaygroundApi { get; init; }

    public string? PlaygroundParametersJson { get; init; }
}
