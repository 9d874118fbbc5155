using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>A person logs in a session by hand, in a real browser that shows another one.</summary>
[Collection(RecorderGroup.Name)]
public sealed class RecorderTests(RecorderHost host)
{
    private static readonly BrowserNewContextOptions Phone = new()
    {
        ViewportSize = new ViewportSize { Width = 390, Height = 780 },
        DeviceScaleFactor = 2,
        HasTouch = true,
        IsMobile = true,
    };

    [Fact]
    public async Task A_login_with_a_second_factor_through_the_picture_serves_Runs()
    {
        var viewer = await host.RecordAsync("second-factor");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");

        Assert.Equal("READY", await host.StatusAsync("second-factor"));
        var run = await host.RunAsync("second-factor");
        Assert.Equal("completed", ProjectDriver.Text(run, "status"));
        var result = run["result"]!;
        Assert.Equal(TwoStepSite.User, ProjectDriver.Text(result, "user"));
        Assert.Equal(["known-device-1".Length, "first-tab-1".Length], result["stores"]!.AsArray().Select(s => s!.GetValue<int>()));
        await viewer.Page.GetByRole(AriaRole.Link, new() { Name = "Back to the AuthSession" }).ClickAsync();
        await Expect(viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "second-factor" })).ToBeVisibleAsync();
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_same_on_a_phone()
    {
        var page = await host.OpenAsync($"{RecorderHost.Pages}?new=1", Phone);
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "New AuthSession" });
        await sheet.GetByLabel("Id").FillAsync("on-a-phone");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Open the browser" }).ClickAsync();
        var viewer = new Viewer(page, hasTouch: true);
        await viewer.WaitForPageAsync("/login");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");
        Assert.Equal("READY", await host.StatusAsync("on-a-phone"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_says_so_too_early_is_told_why_and_goes_on_in_the_same_browser()
    {
        var viewer = await host.RecordAsync("too-early");
        await viewer.PressAsync(TwoStepSite.First);
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "I’m logged in" }).ClickAsync();
        await Expect(viewer.Say).ToContainTextAsync("there is no login to keep yet");
        await Axe.AssertAccessibleAsync(viewer.Page, "too early");
        Assert.Equal("PENDING", await host.StatusAsync("too-early"));

        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_login_that_the_check_refuses_changes_nothing()
    {
        var viewer = await host.RecordAsync("refused-by-check");
        host.Site.RefusesAll = true;
        try
        {
            await viewer.LogInAsync(host.Site);
            await Expect(viewer.Say).ToContainTextAsync("The check does not accept this login.");
        }
        finally
        {
            host.Site.RefusesAll = false;
        }

        Assert.Equal("PENDING", await host.StatusAsync("refused-by-check"));
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "I’m logged in" }).ClickAsync();
        await viewer.ExpectEndAsync("Logged in");
        Assert.Equal("READY", await host.StatusAsync("refused-by-check"));
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task Canceling_the_first_login_leaves_an_EXPIRED_session_and_a_later_one_changes_nothing()
    {
        var viewer = await host.RecordAsync("canceled");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        Assert.Equal("EXPIRED", await host.StatusAsync("canceled"));

        await viewer.Page.GotoAsync($"{RecorderHost.Pages}/canceled/recorder");
        await viewer.WaitForPageAsync("/login");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");

        await viewer.Page.GotoAsync($"{RecorderHost.Pages}/canceled/recorder");
        await viewer.WaitForPageAsync("/login");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        Assert.Equal("READY", await host.StatusAsync("canceled"));
        Assert.Equal("completed", ProjectDriver.Text(await host.RunAsync("canceled"), "status"));
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task Everything_typed_arrives_as_it_was_typed()
    {
        var viewer = await host.RecordAsync("typing");
        await viewer.Address.FillAsync($"{host.Site.Url}/types");
        await viewer.Address.PressAsync("Enter");
        await viewer.WaitForPageAsync("/types");
        await viewer.PressAsync((100, 100));
        const string Text = "Grüße: 100 % «ok» — 日本語 {a}";
        await viewer.TypeAsync(Text);
        await Eventually.TrueAsync(() => host.Site.Visits.Contains($"GET /said?{Uri.EscapeDataString(Text)}"));

        await viewer.Page.Keyboard.PressAsync("Control+a");
        await viewer.Page.Keyboard.PressAsync("Backspace");
        await viewer.Page.Keyboard.InsertTextAsync("漢字");
        await Eventually.TrueAsync(() => host.Site.Visits.Contains($"GET /said?{Uri.EscapeDataString("漢字")}"));

        await viewer.Page.Keyboard.PressAsync("F6");
        await Expect(viewer.Page.GetByRole(AriaRole.Button, new() { Name = "I’m logged in" })).ToBeFocusedAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task Tabs_dialogs_uploads_and_downloads_reach_the_person()
    {
        var viewer = await host.RecordAsync("around");
        var tabs = viewer.Element.GetByRole(AriaRole.Group, new() { Name = "Tabs" });
        await GoAsync(viewer, "/opens");
        await viewer.PressAsync((200, 200));
        await Expect(tabs.GetByRole(AriaRole.Button)).ToHaveCountAsync(2);
        await viewer.WaitForPageAsync("/popup");
        await viewer.PressAsync((200, 200));
        await Expect(tabs).ToBeHiddenAsync();
        await viewer.WaitForPageAsync("/opens");

        await GoAsync(viewer, "/asks");
        await viewer.PressAsync((200, 200));
        var dialog = viewer.Page.GetByRole(AriaRole.Dialog, new() { Name = "The page asks" });
        await Expect(dialog).ToContainTextAsync("Which one?");
        await dialog.GetByLabel("Answer").FillAsync("second");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "OK" }).ClickAsync();
        await Eventually.TrueAsync(() => host.Site.Visits.Contains("GET /said?second"));

        await GoAsync(viewer, "/uploads");
        await viewer.PressAsync((200, 200));
        await Expect(viewer.Say).ToContainTextAsync("The page asks for a file.");
        await viewer.Element.GetByLabel("Files for the page").SetInputFilesAsync(new FilePayload { Name = "id.txt", MimeType = "text/plain", Buffer = "passport"u8.ToArray() });
        await Eventually.TrueAsync(() => host.Site.Visits.Contains("GET /said?id.txt=passport"));

        await GoAsync(viewer, "/downloads");
        await viewer.PressAsync((200, 200));
        await Expect(viewer.Say).ToHaveTextAsync("Files are not downloaded here: report.bin.");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_Job_that_lost_such_a_login_pauses_and_goes_on_when_somebody_has_logged_in_again()
    {
        var viewer = await host.RecordAsync("of-a-job");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");
        var job = new JsonObject
        {
            ["id"] = "daily",
            ["payload"] = JsonNode.Parse("""[{ "apiName": "log-out", "parameters": {} }, { "apiName": "read", "parameters": {} }]"""),
            ["configuration"] = JsonNode.Parse("""{ "retry": { "maximumAttempts": 1 }, "maxConcurrentRequests": 1 }"""),
            ["auth_session"] = JsonNode.Parse("""{ "id": "of-a-job", "checkAttempts": 1 }"""),
        };
        await host.Project.SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.Created);
        var id = ProjectDriver.Text(await host.Project.SendAsync(HttpMethod.Post, "/jobs/daily/trigger"), "jobRunId");
        var paused = await JobRunAsync(id, "PAUSED");
        Assert.Contains("auth-session-invalid-mid-job", paused.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("EXPIRED", await host.StatusAsync("of-a-job"));

        await viewer.Page.GotoAsync($"{RecorderHost.Pages}/of-a-job");
        await viewer.Page.GetByRole(AriaRole.Link, new() { Name = "Log in again by hand" }).ClickAsync();
        await viewer.WaitForPageAsync("/login");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");
        await host.Project.SendAsync(HttpMethod.Post, $"/jobs/daily/runs/{id}/resume");
        await JobRunAsync(id, "SUCCESS");
        await viewer.Page.Context.CloseAsync();
    }

    private Task<JsonObject> JobRunAsync(string id, string status) => Eventually.GetAsync(
        async () => (await host.Project.GetAsync($"/jobs/daily/runs/{id}"))["jobRun"]!.AsObject(), run => ProjectDriver.Text(run, "status") == status, TimeSpan.FromSeconds(90));

    private async Task GoAsync(Viewer viewer, string path)
    {
        await viewer.Address.FillAsync(host.Site.Url + path);
        await viewer.Address.PressAsync("Enter");
        await viewer.WaitForPageAsync(path);
    }
}
