using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Sinks;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Ui;

/// <summary>What the Run page tells of the way of its result, in a real browser.</summary>
[Collection(BrowserGroup.Name)]
public sealed class DeliveryPageTests(BrowserHost host) : IAsyncLifetime
{
    private const string HeaderSecret = "planted-header-secret";

    public Task InitializeAsync() => host.GetRunsAsync();

    public Task DisposeAsync()
    {
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_attempts_are_listed_and_an_operator_sends_again()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var run = await StartAsync(receiver);
        await host.Flow.DeliveryAsync(run, "pending", attempts: 1);
        var path = $"{BrowserHost.Project}/runs/{run}?tab=deliveries";
        var page = await host.OpenAsync(path);
        await Expect(page.Locator("main")).ToContainTextAsync("Network:AllowPrivateTargets");
        await Expect(page.GetByText("Waiting to try again")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send now" }).ClickAsync();
        await Expect(page.Locator("tr[data-row]").Filter(new() { HasText = "asked for by" }).First).ToBeVisibleAsync();
        Assert.DoesNotContain(HeaderSecret, await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Empty(receiver.All);
        await page.Context.CloseAsync();

        var viewer = await host.OpenAsync(path, Role.Viewer);
        await Expect(viewer.Locator("tr[data-row]").First).ToBeVisibleAsync();
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Send now" })).ToHaveCountAsync(0);
        await viewer.Context.CloseAsync();
    }

    private async Task<string> StartAsync(WebhookReceiver receiver)
    {
        var sink = receiver.Sink();
        sink["headers"] = new JsonObject { ["X-Team"] = HeaderSecret };
        var body = new JsonObject
        {
            ["api"] = "hello",
            ["parameters"] = new JsonObject(),
            ["authSession"] = new JsonObject { ["id"] = "pages" },
            ["sink"] = sink,
        };
        return (await host.Flow.SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created))["runId"]!.GetValue<string>();
    }
}
