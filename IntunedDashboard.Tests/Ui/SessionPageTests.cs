using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Ui;

/// <summary>What the page of a session tells about its past and its limits.</summary>
[Collection(BrowserGroup.Name)]
public sealed class SessionPageTests(BrowserHost host) : IAsyncLifetime
{
    private FlowHost Flow => host.Flow;

    public Task InitializeAsync()
    {
        Flow.Engine.Reset();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        Flow.Engine.Reset();
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Validations_logins_and_how_long_they_lasted_are_shown()
    {
        await Flow.LogInAsync("with-a-past");
        var expired = true;
        Flow.Engine.Check = (_, _) => expired ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        Flow.Engine.Create = (_, _) =>
        {
            expired = false;
            return ScriptedEngine.Succeed();
        };
        await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = "with-a-past" }));
        expired = true;
        await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = "with-a-past", ["autoRecreate"] = false }));

        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions/with-a-past");
        var bars = page.GetByRole(AriaRole.List, new() { Name = "The last 3 Runs, oldest first" });
        await Expect(bars.GetByRole(AriaRole.Link)).ToHaveCountAsync(3);
        await Expect(bars.GetByRole(AriaRole.Link).Nth(0)).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("^AuthSession:Create, completed, logged in"));
        await Expect(bars.GetByRole(AriaRole.Link).Nth(1)).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("^AuthSession:Validate, completed, logged in"));
        await Expect(bars.GetByRole(AriaRole.Link).Nth(2)).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("^AuthSession:Validate, failed"));
        await Expect(page.Locator(".facts").First).ToContainTextAsync("Logins last here");
        await Expect(page.Locator(".facts").First).ToContainTextAsync("2 of 60, as everywhere");
        await Expect(page.GetByText("The login was lost and this Run does not recreate it.").First).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_budget_of_logins_is_changed_in_place()
    {
        await Flow.LogInAsync("budgeted");
        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions/budgeted");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the budget of logins" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Logins of budgeted" });
        var field = dialog.GetByLabel("Logins an hour at most");

        await field.FillAsync("0");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByText("Must be a whole number from 1 to 1000")).ToBeVisibleAsync();
        await field.FillAsync("2");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.Locator(".facts").First).ToContainTextAsync("1 of 2");
        await Expect(page.Locator(".facts").First).Not.ToContainTextAsync("as everywhere");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_Run_says_whose_it_is_in_the_queue_and_how_long_it_may_take()
    {
        var run = await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = await Flow.LogInAsync("queued") }));
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs/{run["runId"]}?tab=parameters");

        await Expect(page.Locator(".run-facts")).ToContainTextAsync("a program's, after people's");
        await Expect(page.GetByText("Timeout of a check or login")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }
}
