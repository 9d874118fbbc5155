using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>People who take over the browser of an attempt that waits for one, with real browsers on both sides.</summary>
public sealed class TakeOverTests(TakeOverHost host) : IClassFixture<TakeOverHost>
{
    [Fact]
    public async Task An_operator_types_the_second_factor_into_the_page_and_the_automation_goes_on()
    {
        var run = await host.BeginLoginAsync("second-factor");
        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await Expect(person.Address).ToHaveAttributeAsync("readonly", string.Empty);
        await using (var other = await host.OpenAsync(run, Role.Developer))
        {
            await Expect(other.Panel).ToContainTextAsync(" has the browser, taken over ");
            await Expect(other.TakeOver).ToHaveCountAsync(0);
            await Expect(other.Panel.GetByRole(AriaRole.Button, new() { Name = "It is done" })).ToHaveCountAsync(0);
            await other.Panel.GetByRole(AriaRole.Link, new() { Name = "Watch" }).ClickAsync();
            await Expect(other.Page.Locator("hosted-browser[read-only]")).ToHaveAttributeAsync("data-frames", new Regex("^[1-9]"));
        }

        await Axe.AssertAccessibleAsync(person.Page, "taken over");
        await person.EnterCodeAsync(host.Site.Code);
        await person.HandBackAsync();

        var ended = await host.Project.EndAsync(run);
        Assert.True(ProjectDriver.Text(ended, "status") == "completed", ended.ToJsonString());
        await Expect(person.Panel).ToHaveCountAsync(0);
        Assert.Equal("READY", ProjectDriver.Text(await host.Project.GetAsync("/auth-sessions/second-factor"), "status"));
        var read = await host.Project.RunAsync("read", new JsonObject { ["id"] = "second-factor", ["autoRecreate"] = false });
        Assert.True(ProjectDriver.Text(read, "status") == "completed", read.ToJsonString());

        var log = await LogAsync(run);
        Assert.Contains(" has taken over the browser.", log, StringComparison.Ordinal);
        Assert.Contains(" no longer has the browser: handed back.", log, StringComparison.Ordinal);
        Assert.Contains("goes on at /welcome", log, StringComparison.Ordinal);
        Assert.Contains("took over the browser of attempt 1", host.App.Log, StringComparison.Ordinal);
        var request = await host.Project.GetAsync($"/runs/{run}/human-request");
        Assert.Equal("answered", ProjectDriver.Text(request, "status"));
        Assert.Contains("@example.test", ProjectDriver.Text(request, "endedBy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_vanishes_with_the_browser_loses_it_and_another_takes_over()
    {
        var run = await host.BeginLoginAsync("vanished");
        await using var other = await host.OpenAsync(run, Role.Developer);
        await using (var person = await host.OpenAsync(run))
        {
            await person.TakeOverAsync();
            await Expect(other.TakeOver).ToHaveCountAsync(0);
        }

        await other.TakeOverAsync();
        await other.EnterCodeAsync(host.Site.Code);
        await other.HandBackAsync();

        Assert.Equal("completed", ProjectDriver.Text(await host.Project.EndAsync(run), "status"));
    }

    [Fact]
    public async Task Nothing_reaches_the_page_after_it_was_handed_back_and_what_was_typed_is_in_no_log()
    {
        const string Typed = "K7-blue-harbour";
        await host.LogInAsync("written");
        var run = await host.BeginAsync("types", "written");
        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await person.PressAsync((100, 100));
        await person.Page.Keyboard.TypeAsync(Typed);
        await Eventually.TrueAsync(() => host.Site.Visits.Contains($"GET /said?{Typed}"));
        var takeOver = host.TakeOvers.Open.Single(t => t.Wait.Run.Id == run);

        // In one go, as if somebody typed on while handing it back.
        await person.Browser.EvaluateAsync("""
            element => {
              element.send({ t: "done" });
              for (let i = 0; i < 20; i++) element.send({ t: "text", text: "late" });
            }
            """);
        await Expect(person.Browser).ToHaveCountAsync(0);
        Assert.True(takeOver.IsOver);
        Assert.Equal(HttpStatusCode.NotFound, await ConnectAsync(person, run, takeOver.Id));
        host.Site.Release();

        var ended = await host.Project.EndAsync(run);
        Assert.Equal(Typed.Length, ended["result"]!["length"]!.GetValue<int>());
        var log = await LogAsync(run);
        Assert.Contains($"written: {Redactor.Mask}", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Typed, log, StringComparison.Ordinal);
        var trace = PlantedSecret.ReadZip(await host.Project.Client.GetByteArrayAsync($"{host.Project.Path}/runs/{run}/attempts/1/trace"));
        Assert.DoesNotContain(Typed, trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dialogs_and_tabs_reach_the_person_and_fields_are_left_for_the_form()
    {
        await host.LogInAsync("dialogs");
        var run = await host.BeginAsync("asks", "dialogs", new JsonObject { ["from"] = "/asks" });
        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await person.PressAsync((200, 200));
        var dialog = person.Page.GetByRole(AriaRole.Dialog, new() { Name = "The page asks" });
        await Expect(dialog).ToContainTextAsync("Which one?");
        await dialog.GetByLabel("Answer").FillAsync("second");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "OK" }).ClickAsync();
        await Eventually.TrueAsync(() => host.Site.Visits.Contains("GET /said?second"));
        // One that is open when the browser is handed back is dismissed, as it would have been without a person.
        await person.PressAsync((200, 200));
        await Expect(dialog).ToBeVisibleAsync();
        await person.Browser.EvaluateAsync("element => element.send({ t: 'done' })");
        await Expect(person.Browser).ToHaveCountAsync(0);
        await Eventually.TrueAsync(() => host.Site.Visits.Contains("GET /said?null"));
        await AnswerAsync(person, "by post");
        Assert.Equal("by post".Length, await ResultAsync(run));

        run = await host.BeginAsync("asks", "dialogs", new JsonObject { ["from"] = "/opens" });
        await using var again = await host.OpenAsync(run);
        await again.TakeOverAsync();
        await again.PressAsync((200, 200));
        var tabs = again.Browser.GetByRole(AriaRole.Group, new() { Name = "Tabs" }).GetByRole(AriaRole.Button);
        await Expect(again.Address).ToHaveValueAsync(new Regex("/popup$"));
        await tabs.Filter(new() { HasText = "Two steps" }).First.ClickAsync();
        await Expect(again.Address).ToHaveValueAsync(new Regex("/opens$"));
        await again.HandBackAsync();
        await AnswerAsync(again, "by hand");
        Assert.Equal("by hand".Length, await ResultAsync(run));
    }

    [Fact]
    public async Task Canceling_the_Run_takes_the_browser_away_and_a_viewer_never_gets_it()
    {
        var run = await host.BeginLoginAsync("taken-away");
        await using var viewer = await host.OpenAsync(run, Role.Viewer);
        await Expect(viewer.Panel).ToContainTextAsync("Answering needs the role Operator.");
        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await Expect(viewer.Panel).ToContainTextAsync(" has the browser, taken over ");
        await Expect(viewer.TakeOver).ToHaveCountAsync(0);
        await Expect(viewer.Panel.GetByRole(AriaRole.Link, new() { Name = "Watch" })).ToHaveCountAsync(0);
        var takeOver = host.TakeOvers.Open.Single(t => t.Wait.Run.Id == run);
        Assert.NotEqual(HttpStatusCode.SwitchingProtocols, await ConnectAsync(viewer, run, takeOver.Id));
        await using var developer = await host.OpenAsync(run, Role.Developer);
        Assert.Equal(HttpStatusCode.NotFound, await ConnectAsync(developer, run, takeOver.Id));

        await host.Project.SendAsync(HttpMethod.Post, $"/runs/{run}/cancel");

        await Expect(person.Panel).ToHaveCountAsync(0);
        Assert.True(takeOver.IsOver);
        Assert.Null(host.TakeOvers.Find(takeOver.Wait.Request.Id));
        Assert.Equal("canceled", ProjectDriver.Text(await host.Project.EndAsync(run), "status"));
    }

    private static async Task AnswerAsync(TakeOverPage person, string way)
    {
        await person.Panel.GetByLabel("Way").FillAsync(way);
        await person.Panel.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
    }

    /// <returns>The length of what the person answered, which itself is masked in results.</returns>
    private async Task<int> ResultAsync(string run)
    {
        var ended = await host.Project.EndAsync(run);
        Assert.True(ProjectDriver.Text(ended, "status") == "completed", ended.ToJsonString());
        return ended["result"]!["way"]!.GetValue<int>();
    }

    private Task<string> LogAsync(string run) => host.Project.Client.GetStringAsync($"{host.Project.Path}/runs/{run}/attempts/1/log");

    /// <summary>Connects as the person in front of the page would.</summary>
    private async Task<HttpStatusCode> ConnectAsync(TakeOverPage person, string run, string takeOver)
    {
        var cookies = await person.Page.Context.CookiesAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", host.App.BaseUrl);
        socket.Options.SetRequestHeader("Cookie", string.Join("; ", cookies.Select(c => $"{c.Name}={c.Value}")));
        var address = $"{host.App.BaseUrl}/projects/{TakeOverHost.ProjectName}/runs/{run}/take-over/{takeOver}";
        try
        {
            await socket.ConnectAsync(new Uri(address.Replace("http://", "ws://", StringComparison.Ordinal)), CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }
}
