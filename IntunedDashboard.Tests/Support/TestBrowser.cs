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

    /// <summary>Under load a page may take longer than the library's five seconds to show what is true already.</summary>
    private const int PatienceMs = 30_000;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        var found = new BrowserLocator(Options.Create(new BrowserOptions())).Find(headful: false);
        Assert.True(found is not null, "Tests of pages need chromium-headless-shell or chromium.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = found.ExecutablePath,
            // Chromium's sandbox does not start as root, which is what containers run tests as.
            Args = ["--no-sandbox"],
        });
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

    /// <summary>A browser profile of its own for whatever the caller opens in it.</summary>
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
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
