namespace IntunedDashboard.Projects;

public static class ProjectLanguages
{
    public const string TypeScript = "typescript";
    public const string Python = "python";
    public const string CSharp = "csharp";

    /// <summary>Endings of code files, the preferred one first.</summary>
    public static IReadOnlyList<string> CodeEndings(string language) => language switch
    {
        Python => [".py"],
        CSharp => [".cs"],
        _ => [".ts", ".tsx", ".js", ".jsx"],
    };
}

/// <summary>The code and the home of its sessions, Runs and Jobs. The name is unique in the workspace and part of REST addresses.</summary>
public sealed class Project
{
    public required Guid Id { get; init; }

    public required Guid WorkspaceId { get; init; }

    public required string Name { get; set; }

    public required string Language { get; set; }

    /// <summary>The deployment that serves new Runs; null while undeployed.</summary>
    public Guid? CurrentDeploymentId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}
