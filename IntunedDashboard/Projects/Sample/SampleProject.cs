using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;

namespace IntunedDashboard.Projects.Sample;

/// <summary>
/// Deploys the carried sample project once the server listens, by the same way as anybody's project, and only when this version of
/// it is not deployed yet.
/// </summary>
public sealed class SampleProject(
    ProjectQueries queries,
    DeploymentCommands commands,
    WorkspaceQueries workspaces,
    IHostApplicationLifetime lifetime,
    ILogger<SampleProject> logger) : BackgroundService
{
    public const string Name = "sample-hr";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await StartedAsync(stoppingToken))
        {
            return;
        }

        try
        {
            using var archive = FolderPacker.Pack(Path.Combine(AppContext.BaseDirectory, "samples", Name));
            var workspaceId = await workspaces.GetIdAsync(stoppingToken);
            var hash = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(archive, stoppingToken));
            if (!await queries.WasDeployedAsync(workspaceId, Name, hash, stoppingToken))
            {
                archive.Position = 0;
                await commands.DeployAsync(Actor.System, workspaceId, Name, archive, stoppingToken);
            }
        }
        catch (RequestException refused)
        {
            logger.SampleRefused(refused.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The sample must not take the dashboard down with it.
            logger.SampleFailed(exception);
        }
    }

    private async Task<bool> StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
