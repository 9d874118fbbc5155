using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Browsers;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;

namespace IntunedDashboard.Tests.Support;

/// <summary>A real browser for tests that look at pages; one for all of them, a new context for each.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var found = new BrowserLocator(Options.Create(new BrowserOptions())).Find(headful: false);
        Assert.True(found is not null, "These tests need an installed Chromium.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = found.ExecutablePath,
            // Chromium's sandbox does not start as root, which is what containers run tests as.
            Args = ["--no-sandbox"],
        });
    }

    public Task<IBrowserContext> NewContextAsync(AppHost host, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = host.BaseUrl;
        return _browser!.NewContextAsync(options);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }
}
