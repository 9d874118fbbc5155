using Microsoft.Playwright;

namespace Intuned.Running;

/// <summary>One connection serves all attempts on the same browser.</summary>
internal sealed class BrowserConnection
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _endpoint;

    /// <summary>Starts Playwright's driver before there is an attempt.</summary>
    public async Task PrepareAsync() => _playwright ??= await Playwright.CreateAsync();

    public async Task<IBrowser> ConnectAsync(string endpoint)
    {
        if (_browser is { IsConnected: true } && _endpoint == endpoint)
        {
            return _browser;
        }

        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        await PrepareAsync();
        _browser = await _playwright!.Chromium.ConnectOverCDPAsync(endpoint, new() { IsLocal = true });
        _endpoint = endpoint;
        return _browser;
    }
}
