namespace IntunedDashboard.Platform;

/// <summary>
/// Keeps what an attempt produced (trace, screenshot) under a key such as <c>{projectId}/{runId}/{attempt}/trace.zip</c>.
/// Writes are atomic: a reader sees the whole artifact or none. Safe for concurrent use.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Whether artifacts lie in a store of their own, which nodes share, rather than in the data directory.</summary>
    bool IsRemote { get; }

    Task SaveAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <returns>Whether something is kept under the key.</returns>
    Task<bool> ExistsAsync(string key, CancellationToken cancellationToken);

    /// <returns>A seekable stream the caller disposes, or null when nothing is kept under the key.</returns>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Deletes everything whose key starts with the prefix, which must name a folder.</summary>
    Task DeleteAsync(string prefix, CancellationToken cancellationToken);

    /// <returns>Why nothing can be kept now, in a sentence for an operator; null when all is well.</returns>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);
}

public sealed class FileArtifactStore(DashboardPaths paths) : IArtifactStore
{
    public bool IsRemote => false;

    public async Task SaveAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var target = Resolve(key);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var partial = target + ".partial";
        await using (var file = File.Create(partial))
        {
            await content.CopyToAsync(file, cancellationToken);
        }

        File.Move(partial, target, overwrite: true);
    }

    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => Task.FromResult(File.Exists(Resolve(key)));

    public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.FromResult<Stream?>(File.Exists(path) ? File.OpenRead(path) : null);
    }

    public Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        var path = Resolve(prefix);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return Task.CompletedTask;
    }

    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Directory.Exists(paths.Artifacts) ? null : "The folder of artifacts is not there.");

    private string Resolve(string key)
    {
        var path = Path.GetFullPath(Path.Combine(paths.Artifacts, key));
        return path.StartsWith(paths.Artifacts + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException("An artifact key must stay inside the artifact folder.", nameof(key));
    }
}
