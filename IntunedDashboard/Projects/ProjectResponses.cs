using System.Text.Json.Serialization;
using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Projects;

public sealed record ProjectResponse
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    [OneOf(ProjectLanguages.TypeScript, "python", "csharp")]
    public required string Language { get; init; }

    [OneOf("deployed", "undeployed")]
    public required string Status { get; init; }

    public required ProjectAuthSessions AuthSessions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required LastDeploymentResponse? LastDeployment { get; init; }

    public static ProjectResponse From(ProjectRow project) => new()
    {
        Id = project.Id,
        Name = project.Name,
        Language = project.Language,
        Status = project.IsDeployed ? "deployed" : "undeployed",
        AuthSessions = new ProjectAuthSessions(project.Settings?.AuthSessionsEnabled ?? false, project.Settings?.AuthSessionsType ?? "API"),
        LastDeployment = project.LastDeployment is { } last
            ? new LastDeploymentResponse(last.Id, DeploymentResponse.Word(last.Status), last.CreatedAt, last.FinishedAt)
            : null,
    };
}

public sealed record ProjectAuthSessions(bool Enabled, [property: OneOf("API", "MANUAL")] string Type);

public sealed record LastDeploymentResponse(
    Guid DeploymentId,
    [property: OneOf(typeof(DeploymentResponse), nameof(DeploymentResponse.Words))] string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt);

public sealed record DeploymentStartedResponse(Guid DeploymentId, [property: OneOf("pending")] string Status);

public sealed record RenameProjectRequest(string Name);

/// <summary>Without a name, one is made of the project's own.</summary>
public sealed record DuplicateProjectRequest(string? Name);

public sealed record ProjectDuplicatedResponse(string Name, Guid DeploymentId);

public sealed record DeploymentPageResponse(IReadOnlyList<DeploymentResponse> Deployments, string? NextCursor);

public sealed record DeploymentResponse
{
    public required Guid DeploymentId { get; init; }

    public required int Number { get; init; }

    [OneOf(typeof(DeploymentResponse), nameof(Words))]
    public required string Status { get; init; }

    /// <summary>Only in the answer about one deployment.</summary>
    public IReadOnlyList<string>? Apis { get; init; }

    public DeploymentResources? Resources { get; init; }

    public required IReadOnlyList<DiagnosticResponse> Diagnostics { get; init; }

    public required string DeployedBy { get; init; }

    /// <summary>What it was made from; absent for an upload.</summary>
    public string? Origin { get; init; }

    public required bool Current { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required DateTimeOffset? FinishedAt { get; init; }

    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<DeploymentStatus>().Select(Word)];

    public static DeploymentResponse From(DeploymentRow row) => new()
    {
        DeploymentId = row.Id,
        Number = row.Number,
        Status = Word(row.Status),
        Diagnostics = row.Diagnostics.Select(DiagnosticResponse.From).ToArray(),
        DeployedBy = row.DeployedBy,
        Origin = row.Origin,
        Current = row.IsCurrent,
        CreatedAt = row.CreatedAt,
        FinishedAt = row.FinishedAt,
    };

    public static DeploymentResponse From(DeploymentDetail detail) => From(detail.Row) with
    {
        Apis = detail.Manifest?.Apis ?? [],
        Resources = detail.Resources ?? DeploymentResources.None,
    };

    public static string Word(DeploymentStatus status) => status switch
    {
        DeploymentStatus.Pending => "pending",
        DeploymentStatus.Building => "building",
        DeploymentStatus.Succeeded => "succeeded",
        _ => "failed",
    };
}

/// <summary>What the deployment did to sessions and Jobs that are defined as code.</summary>
public sealed record DeploymentResources(IReadOnlyList<ResourceChange> AuthSessions, IReadOnlyList<ResourceChange> Jobs)
{
    public static DeploymentResources None { get; } = new([], []);
}

/// <param name="Change"><c>created</c>, <c>updated</c>, <c>deleted</c>, <c>unchanged</c> or <c>skipped-in-use</c>.</param>
public sealed record ResourceChange(
    string Id, [property: OneOf("created", "updated", "deleted", "unchanged", "skipped-in-use")] string Change);

public sealed record DiagnosticResponse(
    string File, int Line, int Column, [property: OneOf("error", "warning", "info")] string Severity, string Code, string Message)
{
    public static DiagnosticResponse From(Diagnostic diagnostic) => new(
        diagnostic.File,
        diagnostic.Line,
        diagnostic.Column,
        diagnostic.Severity switch
        {
            DiagnosticSeverity.Error => "error",
            DiagnosticSeverity.Warning => "warning",
            _ => "info",
        },
        diagnostic.Code,
        diagnostic.Message);
}
