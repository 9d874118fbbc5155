using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Execution.Node;
using IntunedDashboard.Execution.Processes;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution;

/// <summary>Sweeps what a dead node left, then finds or installs a browser and warms the pools without delaying the start.</summary>
internal sealed class EngineStart(
    EngineWorkspace workspace, BrowserLocator locator, BrowserInstaller installer, BrowserPool browsers, NodeProcessPool processes,
    IOptions<BrowserOptions> options) : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        workspace.Sweep();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
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
        processes.Warm();
        if (locator.Find(headful: false) is null && options.Value.AutoInstall == true)
        {
            browsers.Report(new BrowserAvailability(false, true, "A browser is being installed; this takes a few minutes."));
            await installer.InstallAsync(stoppingToken);
            browsers.Report(new BrowserAvailability(false, false, "The installed browser is being started."));
        }

        await browsers.WarmAsync(stoppingToken);
    }
}
