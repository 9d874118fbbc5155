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

    /// <summary>Deletes the folders no deployment stands for: what an interruption between files and rows left, or a deletion on another node.</summary>
    /// <param name="deployments">All there are, with the projects they belong to.</param>
    /// <param name="before">What was written later stays: it may be about to become a deployment.</param>
    public void Sweep(IReadOnlyDictionary<Guid, Guid> deployments, DateTimeOffset before)
    {
        var projects = deployments.Values.ToHashSet();
        Sweep(Deployments().Where(d => !deployments.ContainsKey(d.Id)).Select(d => d.Directory));
        Sweep(Ours(paths.Projects).Where(p => !projects.Contains(IdOf(p)) && !System.IO.Directory.EnumerateFileSystemEntries(p).Any()));
        Sweep(System.IO.Directory.Exists(Incoming) ? System.IO.Directory.EnumerateFileSystemEntries(Incoming) : []);

        void Sweep(IEnumerable<string> entries)
        {
            foreach (var entry in entries.Where(e => LastWrite(e) <= before).ToArray())
            {
                Delete(entry);
            }
        }
    }

    /// <returns>The folders of all deployments that lie here, each with the id of its project and its own.</returns>
    public IEnumerable<(string Directory, Guid ProjectId, Guid Id)> Deployments() =>
        Ours(paths.Projects).SelectMany(Ours).Select(d => (d, IdOf(Path.GetDirectoryName(d)!), IdOf(d)));

    public static DateTimeOffset LastWrite(string path) => new(File.GetLastWriteTimeUtc(path));

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

    private static Guid IdOf(string directory) => Guid.ParseExact(Path.GetFileName(directory), "N");

    private static IEnumerable<string> Ours(string parent) =>
        System.IO.Directory.EnumerateDirectories(parent).Where(d => Guid.TryParseExact(Path.GetFileName(d), "N", out _));
}
