using System.Globalization;
using System.Security.Cryptography;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;

namespace IntunedDashboard.Projects;

/// <summary>
/// Deploys folders of this machine whenever their content changes, for development: setting <c>Projects:Folders:{project}</c>. A change
/// is taken when nothing has changed for one more look, so that an editor that writes several files makes one deployment.
/// </summary>
public sealed class WatchedFolders(
    IConfiguration configuration,
    DeploymentCommands deployments,
    ProjectQueries queries,
    WorkspaceQueries workspaces,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<WatchedFolders> logger) : BackgroundService
{
    public const string Section = "Projects:Folders";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var folders = configuration.GetSection(Section).GetChildren()
            .Where(s => s.Value is { Length: > 0 })
            .Select(s => new Folder(s.Key, Path.GetFullPath(s.Value!)))
            .ToList();
        if (folders.Count == 0)
        {
            return;
        }

        try
        {
            // Deployments need the finished start-up.
            using var started = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, started.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
            foreach (var folder in folders)
            {
                logger.FolderWatched(folder.Path, folder.Project);
            }

            using var timer = new PeriodicTimer(Interval, clock);
            do
            {
                foreach (var folder in folders)
                {
                    await LookAsync(folder, stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(Folder folder, CancellationToken cancellationToken)
    {
        try
        {
            var seen = Fingerprint(folder.Path);
            var isQuiet = seen == folder.Seen;
            folder.Seen = seen;
            if (!isQuiet || seen == folder.Taken)
            {
                return;
            }

            folder.Taken = seen;
            using var archive = FolderPacker.Pack(folder.Path);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(archive, cancellationToken));
            var workspaceId = await workspaces.GetIdAsync(cancellationToken);
            if (await queries.IsLastDeployedAsync(workspaceId, folder.Project, hash, cancellationToken))
            {
                return;
            }

            archive.Position = 0;
            await deployments.DeployAsync(Actor.System, workspaceId, folder.Project, archive, cancellationToken, "Folder");
        }
        catch (RequestException refused)
        {
            logger.FolderRefused(folder.Path, folder.Project, refused.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A file may vanish while it is read; the next look sees what is there then.
            folder.Taken = null;
            logger.FolderFailed(fault, folder.Path, folder.Project);
        }
    }

    /// <summary>Tells contents apart without reading them.</summary>
    private static string Fingerprint(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in FolderPacker.Files(directory).Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(Path.Combine(directory, file));
            var line = string.Create(CultureInfo.InvariantCulture, $"{file}\n{(info.Exists ? info.Length : -1)} {info.LastWriteTimeUtc.Ticks}\n");
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private sealed class Folder(string project, string path)
    {
        public string Project { get; } = project;

        public string Path { get; } = path;

        public string? Seen { get; set; }

        /// <summary>What was deployed, or looked at and found to be deployed already.</summary>
        public string? Taken { get; set; }
    }
}
