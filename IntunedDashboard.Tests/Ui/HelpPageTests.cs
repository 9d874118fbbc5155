using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

[Collection(BrowserGroup.Name)]
public sealed class HelpPageTests(BrowserHost host) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_viewer_finds_reads_and_searches_the_help_by_keyboard()
    {
        var page = await host.OpenAsync("/projects", Role.Viewer);
        await page.GetByRole(AriaRole.Link, new() { Name = "Help", Exact = true }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Quick start");
        await Expect(page.Locator("article")).ToContainTextAsync($"export INTUNED_API_BASE_URL={host.Flow.App.BaseUrl}");
        await Expect(page.Locator("article")).ToContainTextAsync(host.Flow.App.WorkspaceId.ToString());

        var search = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search the help" });
        await search.FocusAsync();
        await page.Keyboard.TypeAsync("script-timeout");
        await Expect(page.Locator(".help-hits li").First).ToContainTextAsync("Troubleshooting · script-timeout");
        await Expect(search).ToBeFocusedAsync();
        await Expect(search).ToHaveValueAsync("script-timeout");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".help-hits a").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Troubleshooting");
        await Expect(page.Locator(".help-hits")).ToHaveCountAsync(0);
        await Expect(page.Locator("#script-timeout")).ToBeInViewportAsync();

        await page.GotoAsync("/help/rest");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "On this page" }).GetByRole(AriaRole.Link, new() { Name = "Errors" }).ClickAsync();
        await Expect(page.Locator("#errors")).ToBeInViewportAsync();
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/help/rest")]
    [InlineData("/help/operating")]
    [InlineData("/help/no-such-topic")]
    [InlineData("/help?q=session")]
    public async Task A_page_follows_the_rules_in_both_themes_and_fits_a_small_screen(string path)
    {
        var page = await host.OpenAsync(path);
        await Axe.AssertAccessibleAsync(page, "light");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await Axe.AssertAccessibleAsync(page, "dark");
        await page.SetViewportSizeAsync(360, 740);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(width <= 360, $"The page is {width} pixels wide.");
        await Axe.AssertAccessibleAsync(page, "small");
        await page.Context.CloseAsync();
    }
}
