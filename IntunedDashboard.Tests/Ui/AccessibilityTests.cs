using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;

namespace IntunedDashboard.Tests.Ui;

/// <summary>Every page in both themes: rules of accessibility, contrast included, and nothing wider than a small screen.</summary>
[Collection(BrowserGroup.Name)]
public sealed class AccessibilityTests(BrowserHost host) : IAsyncLifetime
{
    private string _failedRun = string.Empty;
    private string _goodRun = string.Empty;
    private (string Job, string JobRun, string PausedJob, string PausedJobRun) _jobs;

    public static TheoryData<string> Pages => new(
        "", "/runs", "/runs?status=failed&since=1h", "/runs?status=pending", "/runs?new=1", "/auth-sessions", "/auth-sessions?new=1", "/auth-sessions?update=pages",
        "/auth-sessions/pages", "/runs/{good}", "/runs/{good}?tab=log", "/runs/{good}?tab=trace", "/runs/{good}?tab=parameters",
        "/runs/{good}?tab=attempts", "/runs/{good}?tab=deliveries", "/runs/{failed}", "/runs/none", "/environment", "/environment?new=1", "/settings", "/deployments",
        "/jobs", "/jobs/{job}", "/jobs/{job}?tab=payload", "/jobs/{job}?tab=json", "/jobs/{job}/runs/{jobrun}", "/jobs/{paused}/runs/{pausedrun}",
        "/runs?job={job}&jobrun={jobrun}", "/jobs/none", "/jobs/none/runs/none",
        "~/projects", "~/projects?new=1", "~/api-reference", "~/api-reference?op=runApiStart", "~/api-reference?op=Deploy", "~/settings/users", "~/settings/nodes",
        "~/settings/api-keys", "~/notifications", "~/notifications?show=all", "/jobs/new", "/jobs/new?view=json", "/jobs/form/edit", "/jobs/form/edit?view=json");

    public async Task InitializeAsync()
    {
        (_goodRun, _failedRun) = await host.GetRunsAsync();
        _jobs = await host.GetJobsAsync();
    }

    public Task DisposeAsync()
    {
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_follows_the_rules_in_both_themes_and_fits_a_small_screen(string path)
    {
        var page = await host.OpenAsync(path.StartsWith('~') ? path[1..] : BrowserHost.Project + Fill(path));
        await SettleAsync(page, path);
        await Axe.AssertAccessibleAsync(page, "light");

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await Axe.AssertAccessibleAsync(page, "dark");

        await page.SetViewportSizeAsync(360, 740);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(width <= 360, $"The page is {width} pixels wide.");
        await Axe.AssertAccessibleAsync(page, "small");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_palette_and_the_menu_follow_the_rules()
    {
        var page = await host.OpenAsync(BrowserHost.Project);
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator(".palette-option").First.WaitForAsync();
        await Axe.AssertAccessibleAsync(page, "palette");
        await page.Keyboard.PressAsync("Escape");

        await page.SetViewportSizeAsync(360, 740);
        await page.GetByRole(AriaRole.Button, new() { Name = "Menu", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true })).ToBeVisibleAsync();
        await Axe.AssertAccessibleAsync(page, "menu");
        await page.Context.CloseAsync();
    }

    private string Fill(string path) => path
        .Replace("{good}", _goodRun, StringComparison.Ordinal).Replace("{failed}", _failedRun, StringComparison.Ordinal)
        .Replace("{job}", _jobs.Job, StringComparison.Ordinal).Replace("{jobrun}", _jobs.JobRun, StringComparison.Ordinal)
        .Replace("{paused}", _jobs.PausedJob, StringComparison.Ordinal).Replace("{pausedrun}", _jobs.PausedJobRun, StringComparison.Ordinal);

    private static async Task SettleAsync(IPage page, string path)
    {
        await Assertions.Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
        if (path.Contains("new=", StringComparison.Ordinal) || path.Contains("update=", StringComparison.Ordinal))
        {
            await page.Locator("dialog[open] form").WaitForAsync();
            var folds = page.Locator("dialog[open] .fold > summary");
            if (await folds.CountAsync() > 0)
            {
                await folds.ClickAsync();
            }
        }
    }
}
