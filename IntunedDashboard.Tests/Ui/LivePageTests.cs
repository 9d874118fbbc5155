using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Live;
using IntunedDashboard.Runs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

/// <summary>What a person does and sees, in a real browser, without reloading.</summary>
[Collection(BrowserGroup.Name)]
public sealed class LivePageTests(BrowserHost host) : IAsyncLifetime
{
    private FlowHost Flow => host.Flow;

    private readonly TaskCompletionSource _gate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _gate.TrySetResult();
        Flow.Engine.Check = (_, _) => ScriptedEngine.Succeed();
        Flow.Engine.Api = (_, _) => ScriptedEngine.Succeed("""{"ok":true}""");
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_new_session_is_filled_in_saved_and_followed_until_it_is_ready()
    {
        Flow.Engine.Check = async (_, token) =>
        {
            await _gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions");
        await page.GetByRole(AriaRole.Link, new() { Name = "New AuthSession" }).First.ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "New AuthSession" });
        await Expect(sheet.GetByLabel("username")).ToHaveValueAsync("demo-user");
        await Expect(sheet.GetByLabel("password", new() { Exact = true })).ToHaveAttributeAsync("type", "password");

        await sheet.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(sheet.GetByText("Enter password.")).ToBeVisibleAsync();

        await sheet.GetByLabel("Id").FillAsync("from-the-page");
        await sheet.GetByLabel("password", new() { Exact = true }).FillAsync(FlowHost.Secret);
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator(".step").Nth(0)).ToContainTextAsync("Completed");
        await Expect(page.Locator(".step").Nth(1)).ToContainTextAsync("Running");
        await Expect(page.Locator(".log-line").First).ToContainTextAsync("auth-sessions/create runs");

        _gate.SetResult();
        await Expect(page.GetByText("from-the-page is ready.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Expect(Row(page, "from-the-page")).ToContainTextAsync("Ready");
        Assert.DoesNotContain(FlowHost.Secret, await page.ContentAsync(), StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Typed_input_is_kept_when_the_sheet_is_closed_and_opened_again()
    {
        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions?new=1");
        var id = page.Locator("dialog[open]").GetByLabel("Id");
        await id.FillAsync("half-typed");
        await id.BlurAsync();

        await page.Keyboard.PressAsync("Escape");
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{BrowserHost.Project}/auth-sessions");
        await page.GetByRole(AriaRole.Link, new() { Name = "New AuthSession" }).First.ClickAsync();

        await Expect(page.Locator("dialog[open]").GetByLabel("Id")).ToHaveValueAsync("half-typed");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_run_is_started_and_followed_to_its_result_with_its_validate_run_at_hand()
    {
        await Flow.LogInAsync("runner");
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs");
        await page.GetByRole(AriaRole.Link, new() { Name = "Start Run" }).First.ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "Start Run" });
        await sheet.GetByLabel("AuthSession").SelectOptionAsync("runner");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "second" }).ClickAsync();
        await Expect(sheet.GetByLabel("Parameters")).ToHaveValueAsync("{\n  \"page\": 2\n}");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Start Run" }).ClickAsync();

        await Expect(page.Locator(".page-head")).ToContainTextAsync("Completed");

        // A Run that ends before its page is there opens on its result.
        await Tab(page, "Log").ClickAsync();
        await Expect(page.Locator(".log-line").First).ToContainTextAsync("api/hello runs");
        await Tab(page, "Result").ClickAsync();
        await Expect(page.GetByLabel("Result", new() { Exact = true })).ToContainTextAsync("ok: true");
        await Tab(page, "Attempts").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "AuthSession:Validate" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("AuthSession:Validate");
        await page.Locator(".facts", new() { HasText = "Needed by" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("hello");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_lost_login_cancels_the_run_and_the_page_leads_to_the_cause()
    {
        await Flow.LogInAsync("lost");
        Flow.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var run = await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = "lost", ["autoRecreate"] = false }));

        var page = await host.OpenAsync($"{BrowserHost.Project}/runs/{run["runId"]}");

        await Expect(page.Locator(".page-head")).ToContainTextAsync("Canceled");
        await Expect(page.Locator(".failure")).ToContainTextAsync("auth-session-validate-dependency-failed");
        await Expect(page.Locator(".failure").GetByRole(AriaRole.Link, new() { Name = "Repair session" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open AuthSession:Validate" }).ClickAsync();
        await Expect(page.Locator(".page-head")).ToContainTextAsync("Failed");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Rows_change_in_place_and_new_ones_wait_while_somebody_reads()
    {
        var session = await Flow.LogInAsync("reader");
        Flow.Engine.Api = async (_, token) =>
        {
            await _gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var running = await Flow.StartRunAsync(new JsonObject { ["id"] = session });
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs?session={session}&type=api");
        await Expect(Row(page, running[..8])).ToContainTextAsync("Running");

        await Row(page, running[..8]).GetByRole(AriaRole.Link).First.FocusAsync();
        await page.Locator("reading-guard").EvaluateAsync("guard => new Promise(done => { const wait = () => guard.value === 'reading' ? done() : setTimeout(wait, 20); wait(); })");
        var next = await Flow.StartRunAsync(new JsonObject { ["id"] = session });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "1 new" })).ToBeVisibleAsync();
        await Expect(Row(page, next[..8])).ToHaveCountAsync(0);

        _gate.SetResult();
        await Expect(Row(page, running[..8])).ToContainTextAsync("Completed");
        await page.GetByRole(AriaRole.Button, new() { Name = "1 new" }).ClickAsync();
        await Expect(Row(page, next[..8])).ToContainTextAsync("Completed");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Filters_live_in_the_address()
    {
        await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = await Flow.LogInAsync("filters") }));
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs");

        await page.Locator(".filter summary", new() { HasText = "Session" }).ClickAsync();
        await page.Locator(".menu-item", new() { HasText = "filters" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{BrowserHost.Project}/runs?session=filters");
        await Expect(page.Locator(".filter summary", new() { HasText = "Session: filters" })).ToBeVisibleAsync();
        await page.Locator(".filter summary", new() { HasText = "Type" }).ClickAsync();
        await page.Locator(".menu-item", new() { HasText = "AuthSession:Create" }).ClickAsync();
        await Expect(page.Locator(".run-table tbody tr")).ToHaveCountAsync(1);

        await page.GoBackAsync();
        await Expect(page.Locator(".run-table tbody tr")).ToHaveCountAsync(3);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_keyboard_reaches_runs_and_commands()
    {
        var run = await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = await Flow.LogInAsync("keys") }));
        var id = run["runId"]!.GetValue<string>();
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs?session=keys");
        await page.Locator(".run-table").WaitForAsync();

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{BrowserHost.Project}/runs/{id}");

        await page.GotoAsync(BrowserHost.Project);
        await page.Locator(".overview").WaitForAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(id);
        await Expect(page.Locator(".palette-option")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{BrowserHost.Project}/runs/{id}");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_deleted_session_asks_for_its_name_and_is_gone()
    {
        await Flow.LogInAsync("goes-away");
        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions");

        await page.GetByLabel("Actions for goes-away").ClickAsync();
        await page.Locator("details[open]").GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete goes-away?" });
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Delete AuthSession" })).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("goes-away");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete AuthSession" }).ClickAsync();

        await Expect(page.Locator(".toast")).ToContainTextAsync("Deleted goes-away.");
        await Expect(Row(page, "goes-away")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_earlier_login_is_put_back_from_the_sessions_page()
    {
        await Flow.LogInAsync("twice");
        await Flow.CreateSessionAsync("twice");
        var page = await host.OpenAsync($"{BrowserHost.Project}/auth-sessions/twice");
        await Expect(page.Locator(".history-sign")).Not.ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Put back and check" }).ClickAsync();

        await Expect(page.GetByText("twice is ready.")).ToBeVisibleAsync();
        await page.GotoAsync($"{BrowserHost.Project}/auth-sessions/twice");
        await Expect(page.Locator(".rows li", new() { HasText = "Earlier login put back" })).ToHaveCountAsync(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_log_follows_its_end_until_the_reader_scrolls_up_and_then_counts_what_is_new()
    {
        Flow.Engine.Api = async (_, token) =>
        {
            await _gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var run = await Flow.StartRunAsync(new JsonObject { ["id"] = await Flow.LogInAsync("talkative") });
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs/{run}?tab=log");
        await WriteLogAsync(run, 100_001, 250);
        await Expect(page.GetByText("line 250", new() { Exact = true })).ToBeInViewportAsync();

        await page.Locator("log-scroll").EvaluateAsync("log => log.scrollTop = 0");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Follow", Exact = true })).ToBeVisibleAsync();
        await WriteLogAsync(run, 100_251, 5);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "5 new" })).ToBeVisibleAsync();
        await Expect(page.GetByText("line 1", new() { Exact = true })).ToBeInViewportAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "5 new" }).ClickAsync();
        await Expect(page.GetByText("line 255", new() { Exact = true })).ToBeInViewportAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_was_typed_outlives_a_broken_connection()
    {
        var page = await host.OpenAsync(BrowserHost.Project);
        var connections = new System.Collections.Concurrent.ConcurrentQueue<IWebSocketRoute>();
        await page.RouteWebSocketAsync("**/_blazor**", socket =>
        {
            socket.ConnectToServer();
            connections.Enqueue(socket);
        });
        await page.GotoAsync($"{BrowserHost.Project}/auth-sessions?new=1");
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "New AuthSession" });
        await sheet.GetByLabel("username").FillAsync("typed-before");

        Assert.True(connections.TryPeek(out var first));
        await first.CloseAsync(new WebSocketRouteCloseOptions { Code = 1012 });

        // An open connection is not yet one that takes a click.
        await Expect(page.Locator("#components-reconnect-modal.components-reconnect-hide")).ToHaveCountAsync(1);
        Assert.True(connections.Count > 1);
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(sheet.GetByText("Enter password.")).ToBeVisibleAsync();
        await Expect(sheet.GetByLabel("username")).ToHaveValueAsync("typed-before");
        host.ForgetComplaints("WebSocket");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_viewer_sees_no_actions_and_no_log_of_a_login()
    {
        await Flow.LogInAsync("private");
        var runs = await Flow.GetAsync("/runs?type=AuthSession:Create&authSessionId=private");
        var id = runs["runs"]![0]!["runId"]!.GetValue<string>();

        var page = await host.OpenAsync($"{BrowserHost.Project}/runs/{id}?tab=log", Role.Viewer);

        await Expect(page.GetByText("The log of an AuthSession Run needs the role Operator.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "API keys" })).ToHaveCountAsync(0);
        await page.GotoAsync($"{BrowserHost.Project}/runs");
        await page.Locator(".run-table").WaitForAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Start Run" })).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_chosen_theme_is_there_before_the_first_paint_of_the_next_visit()
    {
        var page = await host.OpenAsync(BrowserHost.Project);
        await page.Locator(".rail-person summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Dark" })).ToHaveAttributeAsync("aria-pressed", "true");

        await page.ReloadAsync();

        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal("rgb(16, 18, 22)", await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_server_without_a_browser_says_what_to_do_until_there_is_one()
    {
        var available = Flow.Engine.Availability;
        Flow.Engine.SetAvailability(new BrowserAvailability(IsAvailable: false, IsInstalling: false, "Install Chromium with apt-get install chromium."));
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs");
        await Expect(page.Locator(".browser-notice")).ToContainTextAsync("Nothing can run yet: this server has no browser. Install Chromium with apt-get install chromium.");

        Flow.Engine.SetAvailability(available);

        await Expect(page.Locator(".browser-notice")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    private async Task WriteLogAsync(string run, int firstSeq, int count)
    {
        await using var db = await Flow.OpenDatabaseAsync();
        db.AddRange(Enumerable.Range(firstSeq, count).Select(seq => new RunLogLine
        {
            RunId = run,
            Seq = seq,
            Attempt = 1,
            Time = TimeProvider.System.GetUtcNow(),
            Level = "info",
            Message = $"line {seq - 100_000}",
        }));
        await db.SaveChangesAsync();
        Flow.App.Services.GetRequiredService<ILiveSignals>().Publish(LiveTopics.RunLog(run));
    }

    private static ILocator Row(IPage page, string text) => page.Locator("tbody tr", new() { HasText = text });

    private static ILocator Tab(IPage page, string name) => page.Locator(".tabs").GetByRole(AriaRole.Link, new() { Name = name });
}
