using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>Where a deployment's files lie below the data directory.</summary>
public sealed class DeploymentFiles(DashboardPaths paths, ILogger<DeploymentFiles> logger)
{
    /// <summary>Uploads that are not yet deployments. On the same volume as those, so that becoming one is a rename.</summary>
    public string Incoming => Path.Combine(paths.Projects, ".incoming");

    public string ProjectDirectory(Guid projectId) => Path.Combine(paths.Projects, projectId.ToString("N"));

    public string Directory(Guid projectId, Guid deploymentId) => Path.Combine(ProjectDirectory(projectId), deploymentId.ToString("N"));

    /// <summary>The archive as uploaded.</summary>
    public string Archive(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), ArchiveName);

    /// <summary>The project as unpacked.</summary>
    public string Source(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), SourceName);

    /// <summary>What the runner loads.</summary>
    public string Build(Guid projectId, Guid deploymentId) => Path.Combine(Directory(projectId, deploymentId), "build");

    internal const string ArchiveName = "source.archive";
    internal const string SourceName = "source";

    /// <summary>Of a failed deployment only the upload is worth keeping.</summary>
    public void KeepArchiveOnly(Guid projectId, Guid deploymentId)
    {
        var directory = new DirectoryInfo(Directory(projectId, deploymentId));
        if (!directory.Exists)
        {
            return;
        }

        foreach (var entry in directory.EnumerateFileSystemInfos().Where(e => e.Name != ArchiveName).ToArray())
        {
            Delete(entry.FullName);
        }
    }

    /// <summary>Deletes the folders no deployment stands for: what an interruption between files and rows left.</summary>
    public void Sweep(IReadOnlySet<Guid> deployments)
    {
        foreach (var project in System.IO.Directory.EnumerateDirectories(paths.Projects).Where(IsOurs).ToArray())
        {
            foreach (var deployment in System.IO.Directory.EnumerateDirectories(project).Where(IsOurs).ToArray())
            {
                if (!deployments.Contains(Guid.Parse(Path.GetFileName(deployment))))
                {
                    Delete(deployment);
                }
            }

            if (!System.IO.Directory.EnumerateFileSystemEntries(project).Any())
            {
                Delete(project);
            }
        }

        static bool IsOurs(string directory) => Guid.TryParseExact(Path.GetFileName(directory), "N", out _);
    }

    /// <summary>Deletes a file or folder; what cannot be deleted is logged, because nobody waits for it.</summary>
    public void Delete(string path)
    {
        try
        {
            if (System.IO.Directory.Exists(path))
            {
                System.IO.Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.FilesRemain(exception, path);
        }
    }
}
