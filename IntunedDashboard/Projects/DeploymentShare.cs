using System.Formats.Tar;
using System.IO.Compression;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Building;

namespace IntunedDashboard.Projects;

/// <summary>
/// Brings a deployment's files to the node that needs them. Where artifacts lie in a store of their own, whoever builds a deployment puts
/// its files there, and other nodes fetch them once, the installed packages once for all deployments that have the same. Otherwise all
/// nodes share the folder itself. Safe for concurrent use.
/// </summary>
public sealed class DeploymentShare(DeploymentFiles files, ModuleCache modules, IArtifactStore artifacts, TimeProvider clock) : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly SemaphoreSlim _fetching = new(1, 1);

    /// <summary>A copy is either used or dropped.</summary>
    private readonly Lock _copies = new();

    /// <summary>Puts what is kept of a deployment where other nodes find it.</summary>
    public async Task OfferAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        if (!artifacts.IsRemote)
        {
            return;
        }

        var directory = files.Directory(projectId, deploymentId);
        if (ModuleCache.NameOf(directory) is { } packages && !await artifacts.ExistsAsync(PackagesKey(projectId, packages), cancellationToken))
        {
            await SaveAsync(modules.EntryOf(packages), PackagesKey(projectId, packages), cancellationToken);
        }

        await SaveAsync(directory, KeyOf(projectId, deploymentId), cancellationToken);
    }

    /// <summary>Returns when the deployment's files lie on this node, if they are kept anywhere. They stay there for days.</summary>
    public async Task EnsureAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        var target = files.Directory(projectId, deploymentId);
        if (!artifacts.IsRemote || IsHere(target))
        {
            return;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (!IsHere(target))
            {
                await FetchAsync(projectId, KeyOf(projectId, deploymentId), target, cancellationToken);
            }
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>Deletes this node's copies of what the store keeps and nobody has needed here since.</summary>
    public async Task DropCopiesAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        if (!artifacts.IsRemote)
        {
            return;
        }

        foreach (var (directory, projectId, id) in files.Deployments().Where(d => IsUnused(d.Directory)).ToArray())
        {
            // Of a build that broke off this may be all there is.
            if (await artifacts.ExistsAsync(KeyOf(projectId, id), cancellationToken))
            {
                Drop(directory);
            }
        }

        bool IsUnused(string directory) => DeploymentFiles.LastWrite(directory) <= unusedSince;

        void Drop(string directory)
        {
            var dropped = NewIncoming();
            lock (_copies)
            {
                if (!IsUnused(directory))
                {
                    return;
                }

                Directory.Move(directory, dropped);
            }

            files.Delete(dropped);
        }
    }

    public Task ForgetAsync(Guid projectId, CancellationToken cancellationToken) =>
        artifacts.IsRemote ? artifacts.DeleteAsync(FolderOf(projectId), cancellationToken) : Task.CompletedTask;

    public void Dispose() => _fetching.Dispose();

    private static string FolderOf(Guid projectId) => $"deployments/{projectId:N}";

    private static string KeyOf(Guid projectId, Guid deploymentId) => $"{FolderOf(projectId)}/{deploymentId:N}.tar.gz";

    /// <summary>With the project, so that they go with it.</summary>
    private static string PackagesKey(Guid projectId, string name) => $"{FolderOf(projectId)}/packages/{name}.tar.gz";

    private string NewIncoming()
    {
        Directory.CreateDirectory(files.Incoming);
        return Path.Combine(files.Incoming, Ids.NewRunId());
    }

    private bool IsHere(string directory)
    {
        lock (_copies)
        {
            if (!Directory.Exists(directory))
            {
                return false;
            }

            Directory.SetLastWriteTimeUtc(directory, clock.GetUtcNow().UtcDateTime);
            return true;
        }
    }

    private async Task SaveAsync(string directory, string key, CancellationToken cancellationToken)
    {
        var archive = NewIncoming();
        try
        {
            await using (var file = File.Create(archive))
            await using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            {
                await TarFile.CreateFromDirectoryAsync(directory, zip, includeBaseDirectory: false, cancellationToken);
            }

            await using var content = File.OpenRead(archive);
            await artifacts.SaveAsync(key, content, cancellationToken);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>The folder appears whole or not at all, and after the packages it points at.</summary>
    private async Task FetchAsync(Guid projectId, string key, string target, CancellationToken cancellationToken)
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
            await using (var zip = new GZipStream(content, CompressionMode.Decompress))
            {
                await UnpackAsync(zip, partial, cancellationToken);
            }

            if (ModuleCache.NameOf(partial) is { } packages && !IsHere(modules.EntryOf(packages)))
            {
                await FetchAsync(projectId, PackagesKey(projectId, packages), modules.EntryOf(packages), cancellationToken);
            }

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
