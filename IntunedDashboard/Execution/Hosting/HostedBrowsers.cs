using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Platform;
using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>Opens browsers for people. Safe for concurrent use.</summary>
internal sealed class HostedBrowsers(BrowserPool pool, OutboundTargets targets, ILogger<HostedBrowsers> logger) : IHostedBrowsers
{
    private const string Ended = "The browser ended while it was being opened.";

    public async Task<IHostedBrowser> OpenAsync(HostedBrowserRequest request, CancellationToken cancellationToken)
    {
        var process = await pool.LaunchForPersonAsync(cancellationToken);
        GuardProxy? guard = null;
        try
        {
            guard = new GuardProxy(new GuardRules(targets, request.OwnAddresses, process.Port, request.OpenPath), request.Proxy, logger);
            return await HostedBrowser.OpenAsync(process, guard, request, logger, cancellationToken);
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            if (guard is not null)
            {
                await guard.DisposeAsync();
            }

            if (e is PlaywrightException or CdpException)
            {
                throw new BrowserUnavailableException(Ended, e);
            }

            throw;
        }
    }

    public async Task<IBrowserScreen> WatchAsync(IBrowserLease browser, CancellationToken cancellationToken) =>
        await AttachAsync(BrowserScreen.OpenAsync(browser.WebSocketEndpoint, logger, cancellationToken));

    public async Task<IAttemptScreen> TakeOverAsync(IBrowserLease browser, CancellationToken cancellationToken) =>
        await AttachAsync(AttemptScreen.OpenAsync(browser.WebSocketEndpoint, logger, cancellationToken));

    private static async Task<T> AttachAsync<T>(Task<T> opening)
    {
        try
        {
            return await opening;
        }
        catch (CdpException e)
        {
            throw new BrowserUnavailableException("The browser of this attempt is gone.", e);
        }
    }
}
