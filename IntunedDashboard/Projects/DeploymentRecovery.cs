namespace IntunedDashboard.Projects;

/// <summary>Cleans up after the last stop before requests are taken, and ends builds when the program stops.</summary>
public sealed class DeploymentRecovery(DeploymentCommands commands, DeploymentQueue queue, Building.ModuleCache modules, ILogger<DeploymentRecovery> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await commands.RecoverAsync(cancellationToken) is > 0 and var count)
        {
            logger.InterruptedDeployments(count);
        }

        modules.Sweep();
    }

    public Task StopAsync(CancellationToken cancellationToken) => queue.StopAsync();
}
