using System.Text.RegularExpressions;
using IntunedDashboard.Notifications;
using IntunedDashboard.Tests.Notifications;
using IntunedDashboard.Tests.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

/// <summary>The bell, the toast and the list, in a real browser, without reloading.</summary>
[Collection(BrowserGroup.Name)]
public sealed class NotificationPageTests(BrowserHost host) : IAsyncLifetime
{
    private FlowHost Flow => host.Flow;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Flow.Engine.Reset();
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_viewer_on_any_page_sees_at_once_that_somebody_is_needed_and_that_nobody_is_any_more()
    {
        var before = await CountAsync();
        var page = await host.OpenAsync("/api-reference", Role.Viewer);
        await page.EvaluateAsync("window.neverReloaded = true");
        await Expect(Bell(page, before)).ToBeVisibleAsync();

        await Flow.LoseNewSessionAsync("bell-rings");
        await Expect(Bell(page, before + 1)).ToBeVisibleAsync();
        var toast = page.Locator(".toast").Filter(new() { HasText = "AuthSession bell-rings needs attention" });
        await toast.GetByRole(AriaRole.Link, new() { Name = "Open" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/projects/flow/auth-sessions/bell-rings$"));

        Flow.Engine.Reset();
        await Flow.UpdateSessionAsync("bell-rings");
        await Expect(Bell(page, before)).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.neverReloaded === true"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_list_leads_to_where_it_can_be_mended_and_an_operator_marks_what_was_seen()
    {
        await Flow.LoseNewSessionAsync("in-the-list");
        var page = await host.OpenAsync("/projects", Role.Operator);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Notifications") }).First.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Notifications");
        var row = Row(page, "in-the-list");
        await Expect(row).ToContainTextAsync("Session expired");
        await Expect(row).ToContainTextAsync("Logging in failed.");
        await Expect(row.Locator(".notice")).ToContainTextAsync("Waiting to try again");
        await Expect(row.Locator(".notice")).ToContainTextAsync("Network:AllowPrivateTargets");

        await row.GetByRole(AriaRole.Button, new() { Name = "Mark as seen: AuthSession in-the-list needs attention" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Seen by");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);

        Flow.Engine.Reset();
        await Flow.UpdateSessionAsync("in-the-list");
        await Expect(row).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "All", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"/notifications\?show=all$"));
        await Expect(row).ToContainTextAsync("Resolved");
        await Expect(row.Locator(".notice")).ToContainTextAsync("Not needed any more");

        await page.ReloadAsync();
        await row.Locator("a.row-link").PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/auth-sessions/in-the-list$"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_viewer_marks_nothing_and_the_list_fits_a_small_screen()
    {
        await Flow.LoseNewSessionAsync("on-a-small-screen");
        var page = await host.OpenAsync("/notifications", Role.Viewer, width: 360);
        await Expect(Row(page, "on-a-small-screen")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("seen", RegexOptions.IgnoreCase) })).ToHaveCountAsync(0);
        await Expect(page.Locator(".topbar").GetByRole(AriaRole.Link, new() { NameRegex = new Regex(@"^Notifications \d+ open$") })).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360);

        await page.GotoAsync("/notifications?before=nothing");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Use the link to older notifications");
        await page.Context.CloseAsync();
    }

    private static ILocator Bell(IPage page, int open) =>
        page.Locator(".rail").GetByRole(AriaRole.Link, new() { Name = open == 0 ? "Notifications" : $"Notifications {open} open", Exact = true });

    private static ILocator Row(IPage page, string session) => page.Locator("tr[data-row]").Filter(new() { HasText = $"AuthSession {session} is expired" });

    private async Task<int> CountAsync() =>
        (await Flow.App.Services.GetRequiredService<INotificationQueries>().ReadOpenAsync(1, default)).Count;
}
