using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Ui;

[Collection(BrowserGroup.Name)]
public sealed class NodesPageTests(BrowserHost host)
{
    [Fact]
    public async Task A_node_is_drained_from_its_page_and_takes_work_again()
    {
        var node = host.Flow.App.Services.GetRequiredService<ThisNode>();
        var page = await host.OpenAsync("/settings/nodes");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "shows this page" });
        await Expect(row).ToContainTextAsync("Alive");
        await Expect(row).ToContainTextAsync($"0 of {node.Slots} slots");

        await row.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Drained");

        var created = await host.Flow.SendAsync(
            HttpMethod.Post, "/auth-sessions/create", new JsonObject { ["id"] = "while-drained", ["parameters"] = new JsonObject { ["username"] = "a" } }, HttpStatusCode.Created);
        var operation = created["operationId"]!.GetValue<string>();
        await Expect(row).ToContainTextAsync("Drained");
        Assert.Equal("pending", (await host.Flow.GetAsync($"/runs/{operation}"))["status"]!.GetValue<string>());

        await row.GetByRole(AriaRole.Button, new() { Name = "Take work again" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Alive");
        await host.Flow.EndAsync(operation);
        await page.Context.CloseAsync();
    }
}
