using IntunedDashboard.Nodes;

namespace IntunedDashboard.Projects;

/// <summary>Cleans up after nodes that are gone, before requests are taken and later on, and ends builds when the program stops.</summary>
public sealed class DeploymentRecovery(
    DeploymentCommands commands, DeploymentQueue queue, ProjectFileSweeper files, NodeHeartbeat nodes, ILogger<DeploymentRecovery> logger)
    : IHostedService, INodeHeir
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await TakeOverAsync(nodes.GoneAtStart, cancellationToken);

        // Files that look like left-overs may be what another node is just working on.
        if (nodes.WasAloneAtStart)
        {
            await files.SweepAsync(DateTimeOffset.MaxValue, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => queue.StopAsync();

    public async Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        if (await commands.RecoverAsync(gone, cancellationToken) is > 0 and var count)
        {
            logger.InterruptedDeployments(count);
        }
    }

    public void Yield()
    {
        // A build does nothing outside, and becoming current is for whoever holds the project's lock.
    }
}
