namespace IntunedDashboard.Projects;

/// <summary>One line of a project's deployments.</summary>
public sealed record DeploymentRow
{
    public required Guid Id { get; init; }

    public required int Number { get; init; }

    public required DeploymentStatus Status { get; init; }

    public required string Language { get; init; }

    public required string DeployedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it was made from; null for an upload.</summary>
    public string? Origin { get; init; }

    /// <summary>When it last became the current one.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    public string? ActivatedBy { get; init; }

    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>Whether it serves new Runs.</summary>
    public bool IsCurrent { get; init; }

    public int Errors => Diagnostics.Count(d => d.Severity == DiagnosticSeverity.Error);

    public int Warnings => Diagnostics.Count(d => d.Severity == DiagnosticSeverity.Warning);
}

/// <summary>A page of deployments, newest first. <see cref="NextCursor"/> is null on the last page.</summary>
public sealed record DeploymentPage(IReadOnlyList<DeploymentRow> Deployments, string? NextCursor);

/// <summary>One deployment with what was found in it.</summary>
/// <param name="Manifest">Null until it was read.</param>
/// <param name="Resources">Null until they were applied.</param>
/// <param name="Log">What the tools printed so far.</param>
public sealed record DeploymentDetail(DeploymentRow Row, DeploymentManifest? Manifest, DeploymentResources? Resources, string Log);

/// <summary>One line of the project list.</summary>
public sealed record ProjectRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Language { get; init; }

    public Guid? CurrentDeploymentId { get; init; }

    /// <summary>Of the current deployment; null while undeployed.</summary>
    public ProjectSettings? Settings { get; init; }

    public IReadOnlyList<string> Apis { get; init; } = [];

    public LastDeployment? LastDeployment { get; init; }

    public bool IsDeployed => CurrentDeploymentId is not null;

    /// <summary>Undeployed by a person, so that it can simply be deployed again.</summary>
    public bool CanBeEnabled { get; init; }
}

public sealed record LastDeployment(Guid Id, int Number, DeploymentStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);
