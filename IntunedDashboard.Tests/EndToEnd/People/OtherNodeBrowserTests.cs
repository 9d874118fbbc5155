using System.Net;
using System.Text.RegularExpressions;
using IntunedDashboard.Identity;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Tests.Recorder;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>The browser of a Run is watched and taken over from pages of a node that does not execute it.</summary>
public sealed class OtherNodeBrowserTests(TwoNodesHost host) : IClassFixture<TwoNodesHost>
{
    [PostgresFact]
    public async Task The_browser_of_a_Run_on_a_Worker_is_watched_and_taken_over_from_a_page_of_the_Web_node()
    {
        var run = await host.BeginLoginAsync("elsewhere");
        await using var watcher = await host.OpenAsync(run, Role.Developer);
        await watcher.Page.GotoAsync($"/projects/{TakeOverHost.ProjectName}/runs/{run}?tab=live");
        var live = new Viewer(watcher.Page);
        await Expect(live.Element).ToHaveAttributeAsync("data-frames", new Regex("^[1-9]"));
        await Expect(live.Address).ToHaveValueAsync(new Regex("/code$"));

        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await watcher.Page.GotoAsync($"/projects/{TakeOverHost.ProjectName}/runs/{run}");
        await Expect(watcher.Panel).ToContainTextAsync(" has the browser, taken over ");
        await Expect(watcher.TakeOver).ToHaveCountAsync(0);
        var held = host.Worker.Services.GetRequiredService<TakeOvers>().Open.Single();
        var refused = await Assert.ThrowsAsync<RequestException>(() => host.App.Services.GetRequiredService<TakenBrowsers>()
            .BeginAsync(Actor.System, held.Wait.Run.ProjectId, run, held.Wait.Request.Id, default));
        Assert.EndsWith("has the browser right now.", refused.Message, StringComparison.Ordinal);

        await person.EnterCodeAsync(host.Site.Code);
        await person.HandBackAsync();
        Assert.Equal("completed", ProjectDriver.Text(await host.Project.EndAsync(run), "status"));
        var log = await host.Project.Client.GetStringAsync($"{host.Project.Path}/runs/{run}/attempts/1/log");
        Assert.Contains(" has taken over the browser.", log, StringComparison.Ordinal);
        Assert.Contains(" no longer has the browser: handed back.", log, StringComparison.Ordinal);
        Assert.Contains("took over the browser of attempt 1", host.Worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Site.Code, host.App.Log + host.Worker.Log, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Who_leaves_the_page_gives_the_browser_back_at_once()
    {
        var run = await host.BeginLoginAsync("left");
        await using var person = await host.OpenAsync(run);
        await person.TakeOverAsync();
        await person.Page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();

        await using var other = await host.OpenAsync(run, Role.Developer);
        await other.TakeOverAsync();
        await other.EnterCodeAsync(host.Site.Code);
        await other.HandBackAsync();
        Assert.Equal("completed", ProjectDriver.Text(await host.Project.EndAsync(run), "status"));
    }

    [PostgresFact]
    public async Task A_Web_node_says_that_nothing_can_run_only_while_no_other_node_takes_Runs()
    {
        await using var browser = await host.OpenProjectAsync();
        var notice = browser.Page.GetByText("Nothing can run now");
        await Expect(browser.Page.GetByRole(AriaRole.Heading, new() { Name = "Runs" })).ToBeVisibleAsync();
        await Expect(notice).ToHaveCountAsync(0);

        var worker = host.Worker.Services.GetRequiredService<ThisNode>().Id;
        var nodes = host.App.Services.GetRequiredService<INodeCommands>();
        await nodes.SetDrainingAsync(Actor.System, worker, isDraining: true, default);
        await Expect(notice).ToBeVisibleAsync();
        await nodes.SetDrainingAsync(Actor.System, worker, isDraining: false, default);
        await Expect(notice).ToHaveCountAsync(0);
    }

    [PostgresFact]
    public async Task A_Worker_answers_nobody_who_does_not_show_a_call_of_another_node_for_this_very_address()
    {
        const string Path = "/node/take-overs/any/check";
        var calls = host.App.Services.GetRequiredService<NodeCalls>();
        using var client = host.Worker.CreateAnonymousClient();
        foreach (var call in new[] { null, "forged", calls.Sign(Actor.System, "/node/take-overs/other/check") })
        {
            Assert.Contains("This is a Worker", await PostAsync(client, Path, call), StringComparison.Ordinal);
        }

        // A right call is heard: there is nothing of that name. A page of the node itself is still not served.
        Assert.DoesNotContain("This is a Worker", await PostAsync(client, Path, calls.Sign(Actor.System, Path)), StringComparison.Ordinal);
        Assert.Contains("This is a Worker", await PostAsync(client, "/projects", calls.Sign(Actor.System, "/projects")), StringComparison.Ordinal);
    }

    private static async Task<string> PostAsync(HttpClient client, string path, string? call)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}", null, "application/json") };
        if (call is not null)
        {
            request.Headers.Add(NodeCalls.Header, call);
        }

        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
