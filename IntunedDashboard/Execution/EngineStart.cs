using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Execution.Node;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Execution.Runners;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution;

/// <summary>Sweeps what a dead node left, then finds or installs a browser and warms the pools without delaying the start.</summary>
internal sealed class EngineStart(
    EngineWorkspace workspace, BrowserLocator locator, BrowserInstaller installer, BrowserPool browsers, RunnerPool processes, NodeRunner node,
    IOptions<BrowserOptions> options, IOptions<NodeOptions> nodeOptions, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        workspace.Sweep();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (!nodeOptions.Value.ExecutesRuns)
        {
            return;
        }

        try
        {
            await PrepareAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops before it was ready.
        }
    }

    private async Task PrepareAsync(CancellationToken stoppingToken)
    {
        // Most projects are of this language; the others become ready when they are first used.
        processes.Warm(node.Launch);
        if (locator.Find(headful: false) is null && options.Value.AutoInstall == true && await InstallAsync(stoppingToken))
        {
            return;
        }

        // Somebody may install one, or repair it, while the dashboard runs.
        while (!await browsers.WarmAsync(stoppingToken))
        {
            await Task.Delay(LookAgain, time, stoppingToken);
        }
    }

    /// <summary>A downloaded browser may lack libraries of the system, which its packages bring.</summary>
    /// <returns>Whether a browser works now.</returns>
    private async Task<bool> InstallAsync(CancellationToken stoppingToken)
    {
        browsers.Report(new BrowserAvailability(false, true, "A browser is being installed; this takes a few minutes."));
        try
        {
            return (await installer.DownloadAsync(stoppingToken) && await browsers.WarmAsync(stoppingToken))
                || (await installer.InstallPackagesAsync(stoppingToken) && await browsers.WarmAsync(stoppingToken));
        }
        finally
        {
            browsers.Report(browsers.Availability with { IsInstalling = false });
        }
    }
}
