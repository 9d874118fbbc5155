using IntunedDashboard.Projects;

namespace IntunedDashboard.Jobs;

/// <summary>Tells which file of a deployment defines a Job.</summary>
public sealed class CodeJobFiles(DeploymentFiles files, DeploymentShare share)
{
    /// <returns>Relative to the project; null when there is none.</returns>
    public async Task<string?> FindAsync(DeployedProject project, string jobId, CancellationToken cancellationToken)
    {
        await share.EnsureAsync(project.Project.Id, project.DeploymentId, cancellationToken);
        var source = files.Source(project.Project.Id, project.DeploymentId);
        return ResourceFiles.Find(source, CodeJobReader.Folder, CodeJobReader.Ending, []).FirstOrDefault(f => f.Id == jobId)?.File;
    }
}
