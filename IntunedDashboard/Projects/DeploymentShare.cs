using System.Formats.Tar;
using System.IO.Compression;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>
/// Brings a deployment's files to the node that needs them. Where artifacts lie in a store of their own, whoever builds a deployment puts
/// its files there, and other nodes fetch them once. Otherwise all nodes share the folder itself. Safe for concurrent use.
/// </summary>
public sealed class DeploymentShare(DeploymentFiles files, IArtifactStore artifacts) : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly SemaphoreSlim _fetching = new(1, 1);

    /// <summary>Puts what is kept of a deployment where other nodes find it.</summary>
    public async Task OfferAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        if (!artifacts.IsRemote)
        {
            return;
        }

        var archive = NewIncoming();
        try
        {
            await using (var file = File.Create(archive))
            await using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            {
                await TarFile.CreateFromDirectoryAsync(files.Directory(projectId, deploymentId), zip, includeBaseDirectory: false, cancellationToken);
            }

            await using var content = File.OpenRead(archive);
            await artifacts.SaveAsync(KeyOf(projectId, deploymentId), content, cancellationToken);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Returns when the deployment's files lie on this node, if they are kept anywhere.</summary>
    public async Task EnsureAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        var target = files.Directory(projectId, deploymentId);
        if (!artifacts.IsRemote || Directory.Exists(target))
        {
            return;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (!Directory.Exists(target))
            {
                await FetchAsync(KeyOf(projectId, deploymentId), target, cancellationToken);
            }
        }
        finally
        {
            _fetching.Release();
        }
    }

    public Task ForgetAsync(Guid projectId, CancellationToken cancellationToken) =>
        artifacts.IsRemote ? artifacts.DeleteAsync(FolderOf(projectId), cancellationToken) : Task.CompletedTask;

    public void Dispose() => _fetching.Dispose();

    private static string FolderOf(Guid projectId) => $"deployments/{projectId:N}";

    private static string KeyOf(Guid projectId, Guid deploymentId) => $"{FolderOf(projectId)}/{deploymentId:N}.tar.gz";

    private string NewIncoming()
    {
        Directory.CreateDirectory(files.Incoming);
        return Path.Combine(files.Incoming, Ids.NewRunId());
    }

    /// <summary>The folder appears whole or not at all.</summary>
    private async Task FetchAsync(string key, string target, CancellationToken cancellationToken)
    {
        await using var content = await artifacts.OpenAsync(key, cancellationToken);
        if (content is null)
        {
            return;
        }

        var partial = NewIncoming();
        Directory.CreateDirectory(partial);
        try
        {
            await using var zip = new GZipStream(content, CompressionMode.Decompress);
            await UnpackAsync(zip, partial, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.Move(partial, target);
        }
        catch
        {
            files.Delete(partial);
            throw;
        }
    }

    /// <summary>Not the framework's own unpacking, which refuses links that lead outside, as every Python environment has one. Links are
    /// made last, so that no file is written through one.</summary>
    private static async Task UnpackAsync(Stream archive, string target, CancellationToken cancellationToken)
    {
        var links = new List<(string Path, string To)>();
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var path = Path.GetFullPath(Path.Combine(target, entry.Name));
            if (path != target && !path.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new InvalidDataException("The stored deployment has a file outside its folder.");
            }

            if (entry.EntryType == TarEntryType.Directory)
            {
                Directory.CreateDirectory(path);
            }
            else if (entry.EntryType == TarEntryType.SymbolicLink)
            {
                links.Add((path, entry.LinkName));
            }
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using var file = File.Create(path);
                if (entry.DataStream is { } data)
                {
                    await data.CopyToAsync(file, cancellationToken);
                }

                if (!OperatingSystem.IsWindows() && (entry.Mode & Executable) != UnixFileMode.None)
                {
                    File.SetUnixFileMode(path, entry.Mode);
                }
            }
        }

        foreach (var (path, to) in links)
        {
            File.CreateSymbolicLink(path, to);
        }
    }
}
