using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.EndToEnd.People;
using IntunedDashboard.Tests.Notifications;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Real sites and browsers that come to need a person.</summary>
public sealed class NotificationTests(TroubleHost host, SecondFactorHost people, TestBrowser browser)
    : IClassFixture<TroubleHost>, IClassFixture<SecondFactorHost>, IClassFixture<TestBrowser>
{
    [Fact]
    public async Task A_login_that_the_site_does_not_take_any_more_is_told_once_however_many_Runs_find_it()
    {
        const string Session = "password-changed";
        await host.LogInAsync(Session);
        await host.ControlAsync("users", new Dictionary<string, string> { ["username"] = TroubleHost.Username, ["password"] = "changed-on-the-site" });
        await host.ControlAsync("expire-all");
        var page = await browser.OpenAsync(host.App, Role.Viewer);
        await page.GotoAsync("/projects");
        await Expect(page.Locator("main h1")).ToBeVisibleAsync();

        var parameters = new JsonObject { ["path"] = "employees" };
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.StartAsync("read", Session, parameters.DeepClone().AsObject())));

        // While the pointer is on it, it stays.
        var toast = page.Locator(".toast");
        await Expect(toast).ToContainTextAsync($"AuthSession {Session} needs attention", new() { Timeout = 60_000 });
        await toast.HoverAsync();
        foreach (var run in runs)
        {
            Assert.Equal("canceled", ProjectDriver.Text(await host.EndAsync(run), "status"));
        }

        var told = Assert.Single(await host.App.NotificationsAsync());
        Assert.Equal((NeedKind.SessionNeedsAttention, Session, null), (told.Kind, told.AuthSessionId, told.ResolvedAt));
        Assert.DoesNotContain(TroubleHost.Password, told.Message, StringComparison.Ordinal);
        await Expect(toast).ToHaveCountAsync(1);
        var bell = page.GetByRole(AriaRole.Link, new() { Name = "Notifications 1 open" }).First;
        await Expect(bell).ToBeVisibleAsync();

        var body = new JsonObject
        {
            ["parameters"] = new JsonObject { ["username"] = TroubleHost.Username, ["password"] = "changed-on-the-site" },
            ["checkAttempts"] = 1,
            ["createAttempts"] = 1,
        };
        var started = await host.SendAsync(HttpMethod.Post, $"/auth-sessions/{Session}/update", body, HttpStatusCode.Created);
        await host.EndAsync(ProjectDriver.Text(started, "operationId"));
        Assert.NotNull(Assert.Single(await host.App.NotificationsAsync()).ResolvedAt);
        await Expect(bell).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_automation_that_asks_a_person_is_told_until_it_has_its_answer()
    {
        var project = await people.ProjectAsync("typescript");
        var run = await SecondFactorHost.BeginLoginAsync(project, "asked-and-told");
        await SecondFactorHost.AskedAsync(project, run);

        var told = Assert.Single(await people.App.NotificationsAsync());
        Assert.Equal((NeedKind.PersonNeeded, run, "asked-and-told", null), (told.Kind, told.RunId, told.AuthSessionId, told.ResolvedAt));
        var answer = new JsonObject { ["values"] = new JsonObject { ["code"] = people.Code, ["way"] = "App" } };
        await project.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/answer", answer);
        Assert.NotNull(Assert.Single(await people.App.NotificationsAsync()).ResolvedAt);
        Assert.Equal("completed", ProjectDriver.Text(await project.EndAsync(run), "status"));
        Assert.Single(await people.App.NotificationsAsync());
    }
}
