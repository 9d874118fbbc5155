using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Browsers;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Support;

/// <summary>A real browser for tests of pages, found the way the product finds it.</summary>
public sealed class TestBrowser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var found = new BrowserLocator(Options.Create(new BrowserOptions())).Find(headful: false);
        Assert.True(found is not null, "Tests of pages need chromium-headless-shell or chromium.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = found.ExecutablePath });
    }

    /// <summary>A page of a person with that role, in a browser profile of its own.</summary>
    public async Task<IPage> OpenAsync(AppHost host, Role role = Role.Admin)
    {
        var page = await OpenAsync(host.BaseUrl);
        await host.SignInAsync(page.Context, role);
        return page;
    }

    /// <summary>A page of a visitor whom the product does not know.</summary>
    public async Task<IPage> OpenAsync(string baseUrl)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { BaseURL = baseUrl, Locale = "en-GB" });
        return await context.NewPageAsync();
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
