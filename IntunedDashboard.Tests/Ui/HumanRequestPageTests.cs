using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Ui;

/// <summary>A Run that waits for a person: how it is found, and the form to answer it.</summary>
[Collection(BrowserGroup.Name)]
public sealed class HumanRequestPageTests(BrowserHost host)
{
    private static readonly HumanField[] Fields =
    [
        new("code", "Code", HumanFieldType.Code, []), new("secret", "Secret", HumanFieldType.Password, []), new("way", "Way", HumanFieldType.Choice, ["App", "Letter"]),
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Run_that_waits_is_found_by_its_filter_and_its_panel_follows_the_rules(bool hasFields)
    {
        var session = await host.Flow.LogInAsync($"waits-{hasFields}");
        await host.Flow.EndAsync(await host.Flow.StartRunAsync(new JsonObject { ["id"] = session }));
        var usual = host.Flow.Engine.Api;
        host.Flow.Engine.Api = async (request, cancellationToken) =>
        {
            await request.Services!.AskPersonAsync(
                new HumanQuestion("Enter the code.", hasFields ? Fields : [], TimeSpan.FromMinutes(5)), new WaitingAttempt(), cancellationToken);
            return await ScriptedEngine.Succeed();
        };
        var run = await host.Flow.StartRunAsync(new JsonObject { ["id"] = session });
        await Eventually.GetAsync(() => host.Flow.GetAsync($"/runs/{run}"), r => r["waitsForPersonSince"] is not null);
        host.Flow.Engine.Api = usual;
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs?session={session}");
        var rows = page.Locator(".run-table tbody tr");
        await Expect(rows.Filter(new() { HasText = run[..8] })).ToBeVisibleAsync();

        await page.Locator(".filter summary", new() { HasText = "Status" }).ClickAsync();
        await page.Locator(".menu-item", new() { HasText = "Waiting for a person" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{host.Flow.App.BaseUrl}{BrowserHost.Project}/runs?status=waiting&session={session}");
        await Expect(page.Locator(".filter summary", new() { HasText = "Status: Waiting for a person" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Completed").And(page.Locator(".run-status *"))).ToHaveCountAsync(0);
        await Expect(rows.Filter(new() { HasText = run[..8] })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(rows.Filter(new() { HasText = run[..8] })).ToBeVisibleAsync();

        await page.GotoAsync($"{BrowserHost.Project}/runs/{run}");
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Waiting for a person" });
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Decline" })).ToBeVisibleAsync();
        await Axe.AssertAccessibleAsync(page, "light");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360, "The page is wider than a small screen.");
        if (hasFields)
        {
            await panel.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
            await Expect(panel.GetByText("Is required.")).ToHaveCountAsync(2);
        }

        await Axe.AssertAccessibleAsync(page, "small and dark");

        await page.GotoAsync($"{BrowserHost.Project}/runs?status=waiting&session={session}");
        await Expect(rows.First).ToBeVisibleAsync();
        await host.Flow.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/decline", new JsonObject());
        // What waits no longer leaves the list by itself.
        await Expect(page.GetByText("No Run matches these filters.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
        host.AssertNoComplaints();
    }
}
