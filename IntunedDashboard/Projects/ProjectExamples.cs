namespace IntunedDashboard.Projects;

/// <summary>Answers as they could be, for the description of REST.</summary>
internal static class ProjectExamples
{
    private static readonly Guid DeploymentId = Guid.Parse("7c0a2b1e-95a4-4f0e-8a55-0d4f5b1c9e11");
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Succeeded = DeploymentResponse.Word(DeploymentStatus.Succeeded);

    public static ProjectResponse Project { get; } = new()
    {
        Id = Guid.Parse("f3a1d2c4-0b5e-4b57-9f7e-1d2c3b4a5968"),
        Name = "my-project",
        Language = ProjectLanguages.TypeScript,
        Status = "deployed",
        AuthSessions = new ProjectAuthSessions(Enabled: true, "API"),
        LastDeployment = new LastDeploymentResponse(DeploymentId, Succeeded, Time, Time.AddSeconds(2)),
    };

    public static RenameProjectRequest Rename { get; } = new("another-name");

    public static DuplicateProjectRequest Duplicate { get; } = new("my-project-copy");

    public static ProjectDuplicatedResponse Duplicated { get; } = new("my-project-copy", DeploymentId);

    public static DeploymentStartedResponse Started { get; } = new(DeploymentId, DeploymentResponse.Word(DeploymentStatus.Pending));

    public static DeploymentResponse Deployment { get; } = new()
    {
        DeploymentId = DeploymentId,
        Number = 3,
        Status = Succeeded,
        Apis = ["list-employees"],
        Resources = DeploymentResources.None,
        Diagnostics = [new DiagnosticResponse("api/list-employees.ts", 12, 5, "warning", "TS2322", "Type 'string' is not assignable to type 'number'.")],
        DeployedBy = "admin@example.com",
        Current = true,
        CreatedAt = Time,
        FinishedAt = Time.AddSeconds(2),
    };

    public static DeploymentPageResponse Deployments { get; } = new([Deployment with { Apis = null, Resources = null }], NextCursor: null);
}
