using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Whatever goes wrong ends in the documented status and code, and nothing hangs.</summary>
public sealed class FailureTests(TroubleHost host, TestBrowser browser) : IClassFixture<TroubleHost>, IClassFixture<TestBrowser>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await host.ControlAsync("down?on=false");
        await host.ControlAsync("slow?ms=0");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_wrong_password_fails_the_create_with_picture_and_trace_and_expires_the_session()
    {
        var (result, runId) = await host.LogInAsync("wrong-password", password: "not the password");

        Assert.Equal("failed", Text(result, "status"));
        Assert.Equal("create-attempts-failed", Text(result["error"]!, "code"));
        var run = await host.SendAsync(HttpMethod.Get, $"/runs/{runId}");
        var attempt = run["attempts"]![0]!;
        Assert.Equal("create", Text(attempt, "kind"));
        Assert.True(attempt["hasTrace"]!.GetValue<bool>());
        Assert.True(attempt["hasScreenshot"]!.GetValue<bool>());
        using var zip = new ZipArchive(new MemoryStream(await host.TraceAsync(runId)));
        Assert.Contains(zip.Entries, e => e.FullName.EndsWith(".trace", StringComparison.Ordinal));
        var picture = await host.Client.GetByteArrayAsync($"{host.Path}/runs/{runId}/attempts/1/screenshot");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        var session = await host.SendAsync(HttpMethod.Get, "/auth-sessions/wrong-password");
        Assert.Equal("EXPIRED", Text(session, "status"));
    }

    [Fact]
    public async Task A_site_that_is_down_fails_the_create()
    {
        await host.ControlAsync("down?on=true");
        var (result, _) = await host.LogInAsync("site-down");

        Assert.Equal("create-attempts-failed", Text(result["error"]!, "code"));
    }

    [Fact]
    public async Task A_site_slower_than_the_limit_fails_the_attempt_with_a_timeout()
    {
        await host.LogInAsync("slow-site");
        var runId = await host.StartAsync("hang", "slow-site", timeout: 5);
        var run = await host.EndAsync(runId);

        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal("api-attempts-failed", Text(run["error"]!, "code"));
        Assert.Equal("script-timeout", Text(run["attempts"]![0]!["error"]!, "code"));
        Assert.Contains("hanging", await host.LogAsync(runId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_create_that_throws_shows_its_own_line()
    {
        var (result, runId) = await host.LogInAsync("create-throws", create: "throw");

        Assert.Equal("create-attempts-failed", Text(result["error"]!, "code"));
        var error = (await host.SendAsync(HttpMethod.Get, $"/runs/{runId}"))["attempts"]![0]!["error"]!;
        Assert.Equal("script-execution-exception", Text(error, "code"));
        Assert.Equal("auth-sessions/create.ts", Text(error["details"]!, "file"));
        Assert.Equal(6, error["details"]!["line"]!.GetValue<int>());
        Assert.Equal("TypeError", Text(error["details"]!, "name"));
        Assert.DoesNotContain(TroubleHost.Password, Text(error, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_throws_is_a_failed_check()
    {
        var (result, runId) = await host.LogInAsync("check-throws", check: "throw");

        Assert.Equal("post-create-check-attempts-failed", Text(result["error"]!, "code"));
        var attempts = (await host.SendAsync(HttpMethod.Get, $"/runs/{runId}"))["attempts"]!.AsArray();
        Assert.Equal(["create", "check"], attempts.Select(a => Text(a!, "kind")));
        Assert.Equal("script-execution-exception", Text(attempts[1]!["error"]!, "code"));
    }

    [Fact]
    public async Task An_api_that_throws_fails_with_file_and_line()
    {
        await host.LogInAsync("api-throws");
        var run = await host.RunAsync("throw", "api-throws");

        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal("api-attempts-failed", Text(run["error"]!, "code"));
        var error = run["attempts"]![0]!["error"]!;
        Assert.Equal("script-execution-exception", Text(error, "code"));
        Assert.Equal("there is no such row", Text(error, "message"));
        Assert.Equal("api/throw.ts", Text(error["details"]!, "file"));
        Assert.Equal(3, error["details"]!["line"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("exit", "script-process-crashed")]
    [InlineData("big", "result-too-big-error")]
    public async Task An_attempt_that_cannot_answer_says_why(string api, string code)
    {
        await host.LogInAsync($"answers-{api}");
        var run = await host.RunAsync(api, $"answers-{api}");

        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal(code, Text(run["attempts"]![0]!["error"]!, "code"));
    }

    [Fact]
    public async Task An_endless_loop_is_killed_at_its_deadline()
    {
        await host.LogInAsync("endless");
        var run = await host.RunAsync("loop", "endless", timeout: 5);

        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal("script-timeout", Text(run["attempts"]![0]!["error"]!, "code"));
    }

    [Fact]
    public async Task An_expired_login_is_made_anew_before_the_api_runs()
    {
        await host.LogInAsync("expires");
        await host.ControlAsync("expire-all");
        var run = await host.RunAsync("read", "expires", new JsonObject { ["path"] = "employees" });

        Assert.Equal("completed", Text(run, "status"));
        Assert.Equal(50, run["result"]!["rows"]!.GetValue<int>());
        var validate = await host.SendAsync(HttpMethod.Get, $"/runs/{Text(run["attempts"]![0]!, "validateRunId")}");
        Assert.Equal(["check", "create", "check"], validate["attempts"]!.AsArray().Select(a => Text(a!, "kind")));
        Assert.Equal(["failed", "completed", "completed"], validate["attempts"]!.AsArray().Select(a => Text(a!, "status")));
        Assert.Equal("auth-check-failed", Text(validate["attempts"]![0]!["error"]!, "code"));
    }

    [Fact]
    public async Task Canceling_a_hanging_Run_ends_it_at_once()
    {
        await host.LogInAsync("canceled");
        var runId = await host.StartAsync("hang", "canceled");
        await Eventually.GetAsync(() => host.SendAsync(HttpMethod.Get, $"/runs/{runId}"), r => Attempt(r) == "started");
        await host.SendAsync(HttpMethod.Post, $"/runs/{runId}/cancel");
        var run = await host.EndAsync(runId);

        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal("cancelled-user-action", Text(run["reason"]!, "type"));
    }

    [Fact]
    public async Task The_page_of_a_failed_login_shows_line_picture_address_log_and_trace()
    {
        var (_, runId) = await host.LogInAsync("shown", password: "not the password");
        var error = (await host.SendAsync(HttpMethod.Get, $"/runs/{runId}"))["attempts"]![0]!["error"]!;
        var page = await browser.OpenAsync(host.App);
        await page.GotoAsync($"/projects/trouble/runs/{runId}");

        var failure = page.Locator(".failure");
        await Expect(failure).ToContainTextAsync("create-attempts-failed, auth");
        await Expect(failure.Locator(".source")).ToContainTextAsync("auth-sessions/create.ts, line 13");
        await Expect(failure.Locator(".source")).ToContainTextAsync("await page.waitForURL(site(\"dashboard\"), { timeout: 4000 });");
        await AssertPictureAsync(failure, "/sample-site/login");
        await Expect(failure).ToContainTextAsync(Text(error, "correlation_id"));
        await Expect(failure.Locator(".log-line").First).ToContainTextAsync("typing");
        await failure.GetByRole(AriaRole.Link, new() { Name = "Open trace" }).ClickAsync();
        await Expect(page.Locator("iframe")).ToHaveAttributeAsync("src", new System.Text.RegularExpressions.Regex("trace-viewer"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_page_of_a_Run_without_a_login_shows_where_its_check_ended()
    {
        await host.LogInAsync("shown-lost");
        await host.ControlAsync("expire-all");
        var body = JsonNode.Parse("""{"api": "read", "parameters": {}, "authSession": {"id": "shown-lost", "autoRecreate": false, "checkAttempts": 1}}""");
        var run = await host.EndAsync(Text(await host.SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created), "runId"));
        var page = await browser.OpenAsync(host.App);
        await page.GotoAsync($"/projects/trouble/runs/{Text(run, "runId")}");

        var failure = page.Locator(".failure");
        await Expect(failure).ToContainTextAsync("auth-session-validate-dependency-failed, auth");
        await Expect(failure).ToContainTextAsync("The API was not executed");
        await AssertPictureAsync(failure, "/sample-site/login");
        await page.Context.CloseAsync();
    }

    private static async Task AssertPictureAsync(ILocator failure, string address)
    {
        await Expect(failure.Locator("dl")).ToContainTextAsync(address);
        var picture = failure.GetByRole(AriaRole.Img, new() { Name = "The page when the attempt ended" });
        await Expect(picture).ToBeVisibleAsync();
        await picture.EvaluateAsync("picture => picture.decode()");
        Assert.True(await picture.EvaluateAsync<int>("picture => picture.naturalWidth") > 100);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static string Attempt(JsonObject run) => run["attempts"]!.AsArray() is [{ } first, ..] ? Text(first, "status") : "none";
}
