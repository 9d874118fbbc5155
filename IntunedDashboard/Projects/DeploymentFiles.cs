using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>Where a deployment's files lie below the data directory.</summary>
public sealed class DeploymentFiles(DashboardPaths paths)
{
    public string ProjectDirectory(Guid projectId) => Path.Combine(paths.Projects, projectId.ToString("N"));

    public string Directory(Guid projectId, Guid deploymentId) => Path.Combine(ProjectDirectory(projectId), deploymentId.ToString("N"));

    /// <summary>The archive as uploaded.</summary>
    public string Archive(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), "source.archive");

    /// <summary>The project as unpacked.</summary>
    public string Source(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), "source");

    /// <summary>What the runner loads.</summary>
    public string Build(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), "build");
}
