using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.Execution;
using IntunedDashboard.Jobs;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

/// <summary>Jobs and JobRuns as an operator works with them, in a real browser, without reloading.</summary>
[Collection(BrowserGroup.Name)]
public sealed class JobPageTests(BrowserHost host) : IAsyncLifetime
{
    private const string JobsPath = $"{BrowserHost.Project}/jobs";

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
    public async Task Jobs_are_listed_with_their_schedules_and_acted_on_in_their_rows()
    {
        var job = JobHost.Job("in-the-list", items: 2, await Flow.LogInAsync("list-session"));
        job["schedule"] = JsonNode.Parse("""{ "intervals": [ { "every": "6h" } ] }""");
        await Flow.CreateJobAsync(job);
        var page = await host.OpenAsync(JobsPath);
        var row = Row(page, "in-the-list");
        await Expect(row).ToContainTextAsync("every 6 hours");
        await Expect(row).ToContainTextAsync("no JobRun yet");
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "list-session" })).ToBeVisibleAsync();

        await ActAsync(page, "in-the-list", "Trigger");
        await Expect(page.Locator(".toast")).ToContainTextAsync("in-the-list was triggered.");
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "Success: 2 succeeded" })).ToBeVisibleAsync();

        await ActAsync(page, "in-the-list", "Pause");
        await Expect(row).ToContainTextAsync("Paused");
        await ActAsync(page, "in-the-list", "Resume");
        await Expect(row).ToContainTextAsync("Active");

        await ActAsync(page, "in-the-list", "Delete");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete in-the-list?" });
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Delete Job" })).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("in-the-list");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete Job" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_job_of_a_file_says_where_it_comes_from_and_a_viewer_sees_no_actions()
    {
        await Flow.CreateJobAsync(JobHost.Job("from-a-file", items: 1, await Flow.LogInAsync("file-session")));
        await using (var db = await Flow.OpenDatabaseAsync())
        {
            await db.Set<Job>().Where(j => j.Id == "from-a-file").ExecuteUpdateAsync(set => set.SetProperty(j => j.Origin, JobOrigin.Code));
        }

        var page = await host.OpenAsync(JobsPath);
        await page.GetByLabel("Actions for from-a-file").ClickAsync();
        var menu = page.Locator("details[open] .menu-panel");
        await Expect(menu).ToContainTextAsync("Defined in the project's code");
        await Expect(menu.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
        await Expect(menu.GetByRole(AriaRole.Link, new() { Name = "Edit" })).ToHaveCountAsync(0);
        await page.Context.CloseAsync();

        var viewer = await host.OpenAsync($"{JobsPath}/from-a-file", Role.Viewer);
        await Expect(viewer.Locator(".job-facts")).ToContainTextAsync("the project's code");
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Trigger" })).ToHaveCountAsync(0);
        await viewer.Context.CloseAsync();
    }

    [Fact]
    public async Task A_JobRun_is_followed_from_the_trigger_to_its_success()
    {
        using var gate = new Gate(Flow.Engine, after: 1);
        await Flow.CreateJobAsync(JobHost.Job("followed", items: 3, await Flow.LogInAsync("follow-session"), atOnce: 1));
        var page = await host.OpenAsync($"{JobsPath}/followed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Trigger" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open JobRun" }).ClickAsync();

        await Expect(page.Locator(".progress")).ToContainTextAsync("1 of 3 items");
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Running");
        await Expect(page.Locator(".progress")).ToContainTextAsync("items a minute");
        gate.Open();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success");
        await Expect(page.Locator(".progress")).ToContainTextAsync("3 of 3 items");
        await Expect(Runs(page, "hello")).ToHaveCountAsync(3);

        await page.GetByRole(AriaRole.Button, new() { Name = "Link without an account" }).ClickAsync();
        var link = await page.Locator(".signed-link").GetAttributeAsync("href");
        using var stranger = new HttpClient();
        Assert.Equal(3, (await stranger.GetStringAsync(link)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        await Runs(page, "hello").First.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Locator(".run-facts").GetByRole(AriaRole.Link, new() { Name = "followed" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_JobRun_is_paused_resumed_and_terminated_from_its_page()
    {
        using var gate = new Gate(Flow.Engine);
        await Flow.CreateJobAsync(JobHost.Job("steered", items: 4, await Flow.LogInAsync("steer-session"), atOnce: 1));
        var id = await Flow.TriggerAsync("steered");
        var page = await host.OpenAsync($"{JobsPath}/steered/runs/{id}");
        await Expect(page.Locator(".progress")).ToContainTextAsync("1 running");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Pausing");
        gate.Open();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Paused");
        await Expect(page.Locator(".page-heading").GetByRole(AriaRole.Link, new() { Name = "user-request" })).ToBeVisibleAsync();
        await Expect(page.Locator(".job-note")).ToContainTextAsync("Paused by");

        using var again = new Gate(Flow.Engine);
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Running");
        await Expect(page.Locator(".progress")).ToContainTextAsync("1 running");
        await page.GetByRole(AriaRole.Button, new() { Name = "Terminate" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Terminate JobRun" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Terminated");
        await Expect(page.Locator(".progress")).ToContainTextAsync("not run");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_lost_login_is_repaired_where_it_stopped_the_JobRun()
    {
        var (job, id) = await host.LoseLoginAsync("lost-in-the-middle");
        var page = await host.OpenAsync($"{JobsPath}/{job}/runs/{id}");
        var notice = page.Locator(".job-note", new() { HasText = "is lost since" });
        await Expect(notice).ToContainTextAsync("The login of AuthSession lost-in-the-middle-session is lost since");
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("auth-session-invalid-mid-job");

        Flow.Engine.Reset();
        await notice.GetByRole(AriaRole.Link, new() { Name = "Update credentials" }).ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "Update lost-in-the-middle-session" });
        await sheet.GetByLabel("password", new() { Exact = true }).FillAsync(FlowHost.Secret);
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Save and log in" }).ClickAsync();
        await Expect(page.GetByText("lost-in-the-middle-session is ready.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();

        await Expect(page.Locator(".job-note")).ToContainTextAsync("is ready again since");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success");
        await Expect(page.Locator(".progress")).ToContainTextAsync("3 of 3 items");
        await Expect(page.Locator(".job-note")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Failed_items_stand_first_and_are_run_again_alone()
    {
        var (job, id) = await host.FailItemAsync("partly-failed");
        var page = await host.OpenAsync($"{JobsPath}/{job}/runs/{id}");
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success with failed items");
        var failed = page.GetByRole(AriaRole.Region, new() { Name = "Failed items" });
        await Expect(failed.Locator("li")).ToHaveCountAsync(1);
        await Expect(failed).ToContainTextAsync("item 2");
        await Expect(failed).ToContainTextAsync("""{"n":2}""");
        await Expect(failed).ToContainTextAsync("The row was gone.");

        Flow.Engine.Reset();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry the failed item" }).ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(new Regex(id));
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success");
        await Expect(page.Locator(".progress")).ToContainTextAsync("1 of 1 item");
        await Expect(page.Locator(".job-facts")).ToContainTextAsync("Failed items of");
        Assert.Equal("""{"n":2}""", Flow.Engine.Requests.Single(r => r.Kind == FunctionKind.Api).ParametersJson);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Runs_of_a_JobRun_are_filtered_in_place_and_in_the_list_of_all_Runs()
    {
        var (job, id) = await host.FailItemAsync("filtered");
        var page = await host.OpenAsync($"{JobsPath}/{job}/runs/{id}");
        await page.Locator(".filter summary", new() { HasText = "Status" }).ClickAsync();
        await page.Locator(".menu-item", new() { HasText = "Failed" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{JobsPath}/{job}/runs/{id}?status=failed");
        await Expect(page.Locator(".run-table tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await Expect(Runs(page, "hello")).ToHaveCountAsync(3);

        await page.GetByRole(AriaRole.Link, new() { Name = "Open as list" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{Flow.App.BaseUrl}{BrowserHost.Project}/runs?job={job}&jobrun={id}");
        await Expect(page.Locator(".filter summary", new() { HasText = $"JobRun: {id}" })).ToBeVisibleAsync();
        await Expect(Runs(page, "hello")).ToHaveCountAsync(3);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_overview_shows_what_goes_on_and_the_palette_finds_Jobs_and_JobRuns()
    {
        using var gate = new Gate(Flow.Engine);
        await Flow.CreateJobAsync(JobHost.Job("going-on", items: 2, await Flow.LogInAsync("going-session"), atOnce: 1));
        var id = await Flow.TriggerAsync("going-on");
        var page = await host.OpenAsync(BrowserHost.Project);
        var jobs = page.GetByRole(AriaRole.Region, new() { Name = "Jobs", Exact = true });
        await Expect(jobs.Locator("li", new() { HasText = "going-on" })).ToContainTextAsync("0 of 2");

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("going-on");
        await Expect(page.Locator(".palette-option", new() { HasText = "going-on" })).ToHaveCountAsync(1);
        await page.Locator(".palette-input input").FillAsync(id);
        await Expect(page.Locator(".palette-option", new() { HasText = "JobRun of going-on" })).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("JobRun of going-on");
        gate.Open();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_job_of_a_hundred_thousand_items_is_shown_page_by_page_started_and_terminated()
    {
        await Flow.CreateJobAsync(JobHost.Job("very-long", items: 100_000, await Flow.LogInAsync("long-session"), atOnce: 2));
        using var gate = new Gate(Flow.Engine, after: 1);
        var page = await host.OpenAsync($"{JobsPath}/very-long?tab=payload");
        await Expect(page.Locator(".payload-table tbody tr")).ToHaveCountAsync(25);
        await page.GetByRole(AriaRole.Link, new() { Name = "Last", Exact = true }).ClickAsync();
        await Expect(page.Locator(".paging-words")).ToHaveTextAsync("99,976 to 100,000 of 100,000");
        await Expect(page.Locator(".payload-table tbody tr").Last).ToContainTextAsync("""{"n":100000}""");
        await page.Locator(".tabs").GetByRole(AriaRole.Link, new() { Name = "JSON" }).ClickAsync();
        await Expect(page.GetByText("The payload is cut after 100 of 100,000 items.")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Trigger" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open JobRun" }).ClickAsync();
        await Expect(page.Locator(".progress")).ToContainTextAsync("1 of 100,000 items");
        await page.GetByRole(AriaRole.Button, new() { Name = "Terminate" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Terminate JobRun" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Terminated");
        await Expect(page.Locator(".progress")).ToContainTextAsync("99,997 not run");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_page_of_a_long_JobRun_stays_live_and_answers()
    {
        await Flow.CreateJobAsync(JobHost.Job("busy-page", items: 400, await Flow.LogInAsync("busy-session")));
        using var gate = new Gate(Flow.Engine);
        var id = await Flow.TriggerAsync("busy-page");
        var page = await host.OpenAsync($"{JobsPath}/busy-page/runs/{id}");
        await Expect(page.Locator(".progress")).ToContainTextAsync("running");

        // Every text the progress had.
        await page.EvaluateAsync("""
            () => {
                const words = document.querySelector(".progress strong");
                window.seen = [];
                new MutationObserver(() => { if (window.seen.at(-1) !== words.textContent) window.seen.push(words.textContent); })
                    .observe(words, { childList: true, characterData: true, subtree: true });
            }
            """);
        gate.Open();
        await Expect(page.Locator(".progress strong")).ToContainTextAsync(new Regex("^[1-9][0-9]+ of 400 items"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".page-heading")).ToContainTextAsync("Success", new() { Timeout = 180_000 });
        await Expect(page.Locator(".progress strong")).ToHaveTextAsync("400 of 400 items");

        Assert.InRange(await page.EvaluateAsync<int>("window.seen.length"), 5, 1_000);
        Assert.InRange(await page.EvaluateAsync<int>("document.querySelectorAll('main *').length"), 100, 4_000);
        await page.Context.CloseAsync();
    }

    private static ILocator Row(IPage page, string text) => page.Locator("tbody tr", new() { HasText = text });

    /// <summary>The API Runs; checks of the login stand between them.</summary>
    private static ILocator Runs(IPage page, string api) => page.Locator(".run-table tbody tr", new() { Has = page.GetByRole(AriaRole.Link, new() { Name = api, Exact = true }) });

    private static async Task ActAsync(IPage page, string job, string action)
    {
        await page.GetByLabel($"Actions for {job}").ClickAsync();
        await page.Locator("details[open]").GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
    }
}
