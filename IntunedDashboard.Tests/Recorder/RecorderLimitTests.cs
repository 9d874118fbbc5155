using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>What a login by hand may use, and that nothing of it stays when a limit ends it.</summary>
public sealed class RecorderLimitTests(TestBrowser browser) : IClassFixture<TestBrowser>
{
    [LinuxFact]
    public async Task The_time_that_is_left_is_counted_down_and_ends_the_login()
    {
        var clock = new ShiftedTime();
        await using var limited = await LimitedHost.StartAsync([], clock);
        var page = await browser.OpenAsync(limited.App.BaseUrl);
        await page.GotoAsync(await limited.LinkAsync("too-slow"));
        var time = page.GetByRole(AriaRole.Timer, new() { Name = "Time left" });
        await Expect(page.Locator("hosted-browser")).ToHaveAttributeAsync("data-phase", "open");
        await Expect(time).ToHaveTextAsync(new Regex("^(10:00|9:[0-5][0-9])$"));
        var shown = await time.TextContentAsync();
        await Expect(time).Not.ToHaveTextAsync(shown!);
        var (recorder, process) = await limited.FindAsync("too-slow");

        clock.Advance(TimeSpan.FromMinutes(10));

        await Expect(page.Locator(".hosted-end")).ToContainTextAsync("The time for logging in (10 minutes) is over.");
        await recorder.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => !process.IsAlive);
        Assert.Equal("EXPIRED", await limited.StatusAsync("too-slow"));
        var line = Assert.Single(await limited.HistoryAsync("too-slow"));
        Assert.Equal(AuthSessionEventKind.LoginAbandoned, line.Kind);
        Assert.Contains("a link of ", line.Message, StringComparison.Ordinal);
        Assert.Contains("is over.", line.Message, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [LinuxFact]
    public async Task A_browser_that_takes_too_much_memory_is_closed()
    {
        await using var limited = await LimitedHost.StartAsync(new() { ["Recorder:MemoryMegabytes"] = "900" }, startPath: "/eats");
        using var viewer = await ViewerSocket.OpenAsync(await limited.LinkAsync("hungry"));
        await viewer.UntilAsync("/eats");
        var (recorder, process) = await limited.FindAsync("hungry");
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            await viewer.PictureAsync(patience.Token);
        }

        Assert.InRange(recorder.Browser!.MemoryBytes, 1, 900L * 1024 * 1024);
        await viewer.SendAsync(new { t = "down", x = 100, y = 100, b = "left", bs = 1, n = 1, m = 0 });
        await viewer.SendAsync(new { t = "up", x = 100, y = 100, b = "left", bs = 0, n = 1, m = 0 });

        await viewer.UntilAsync("The browser used more than 900 MB of memory.");
        await recorder.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => !process.IsAlive);
        Assert.Equal("EXPIRED", await limited.StatusAsync("hungry"));
    }

    [Fact]
    public async Task No_more_people_log_in_at_once_than_the_settings_allow_and_the_next_one_may_try_again()
    {
        await using var limited = await LimitedHost.StartAsync(new() { ["Recorder:MaxConcurrent"] = "1" });
        using var first = await ViewerSocket.OpenAsync(await limited.LinkAsync("first"));
        await first.UntilAsync("/login");
        var page = await browser.OpenAsync(limited.App.BaseUrl);
        await page.GotoAsync(await limited.LinkAsync("second"));
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("As many people as this server allows (1) are logging in by hand right now.");
        Assert.Equal("PENDING", await limited.StatusAsync("second"));

        await first.SendAsync(new { t = "cancel" });
        await first.UntilAsync("\"phase\":\"failed\"");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await new Viewer(page).WaitForPageAsync("/login");
        await page.Context.CloseAsync();
    }

    [LinuxFact]
    public async Task Nothing_stays_of_a_viewer_that_is_gone_without_a_word()
    {
        await using var limited = await LimitedHost.StartAsync(new() { ["Recorder:ReconnectTime"] = "00:00:01" });
        var viewer = await ViewerSocket.OpenAsync(await limited.LinkAsync("gone"));
        await viewer.UntilAsync("/login");
        var (recorder, process) = await limited.FindAsync("gone");
        var children = ProcessTree.DescendantsOf(process.Pid);
        var profile = ProfileOf(process.Pid);
        Assert.True(Directory.Exists(profile));

        // As when its process is killed: the connection breaks off.
        viewer.Abort();

        await recorder.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => children.Prepend(process).All(p => !p.IsAlive) && !Directory.Exists(profile));
        Assert.Equal("EXPIRED", await limited.StatusAsync("gone"));
        Assert.Contains("was lost.", Assert.Single(await limited.HistoryAsync("gone")).Message, StringComparison.Ordinal);
        Assert.True(limited.Recorders.Find(recorder.Request.Session.Key) is null or { HasEnded: true });
    }

    [Fact]
    public async Task One_address_that_tries_many_links_is_told_to_wait()
    {
        await using var app = await AppHost.StartAsync();
        using var client = app.CreateAnonymousClient();
        HttpStatusCode status;
        var tries = 0;
        do
        {
            using var tried = await client.GetAsync($"/connect/{tries:D43}");
            status = tried.StatusCode;
        }
        while (status == HttpStatusCode.OK && ++tries < 1000);

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        // A minute may begin while it tries.
        Assert.InRange(tries, 300, 600);
        using var page = await client.GetAsync("/account/login");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private static string ProfileOf(int pid)
    {
        const string Argument = "--user-data-dir=";
        return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Split('\0')
            .First(a => a.StartsWith(Argument, StringComparison.Ordinal))[Argument.Length..];
    }

    /// <summary>A product of its own, whose limits are those of one test.</summary>
    private sealed class LimitedHost : IAsyncDisposable
    {
        private TwoStepSite _site = null!;
        private ProjectDriver _project = null!;

        public AppHost App { get; private set; } = null!;

        public RecorderSessions Recorders => App.Services.GetRequiredService<RecorderSessions>();

        public static async Task<LimitedHost> StartAsync(Dictionary<string, string> settings, TimeProvider? clock = null, string startPath = "/login")
        {
            var host = new LimitedHost { _site = await TwoStepSite.StartAsync() };
            settings["Network:AllowPrivateTargets"] = "true";
            host.App = await AppHost.StartAsync(settings, builder => builder.Services.AddSingleton(clock ?? TimeProvider.System));
            host._project = new ProjectDriver(host.App, RecorderHost.ProjectName);
            await host._project.DeployAsync(RecorderHost.Archive(host._site.Url).With("Intuned.jsonc", $$"""
                { "version": "2.0", "authSessions": { "enabled": true, "type": "MANUAL", "startUrl": "{{host._site.Url}}{{startPath}}" } }
                """));
            return host;
        }

        public async Task<string> LinkAsync(string id) => ProjectDriver.Text(
            await _project.SendAsync(HttpMethod.Post, "/auth-sessions/recorder/start", new JsonObject { ["authSessionId"] = id }, HttpStatusCode.Created),
            "recorderUrl");

        public async Task<string> StatusAsync(string id) => ProjectDriver.Text(await _project.GetAsync($"/auth-sessions/{id}"), "status");

        public async Task<IReadOnlyList<AuthSessionEvent>> HistoryAsync(string id) =>
            await App.Services.GetRequiredService<AuthSessionHistory>().ReadAsync((await SessionAsync(id)).Key, 10, CancellationToken.None);

        public async Task<(RecorderSession Recorder, ProcessIdentity Process)> FindAsync(string id)
        {
            var recorder = Recorders.Find((await SessionAsync(id)).Key)!;
            return (recorder, ProcessIdentity.Of(((HostedBrowser)recorder.Browser!).ProcessId)!);
        }

        public async ValueTask DisposeAsync()
        {
            _project.Dispose();
            await App.DisposeAsync();
            await _site.DisposeAsync();
        }

        private async Task<AuthSession> SessionAsync(string id)
        {
            var project = await App.Services.GetRequiredService<ProjectQueries>().FindAsync(App.WorkspaceId, RecorderHost.ProjectName, CancellationToken.None);
            return (await App.Services.GetRequiredService<AuthSessionStore>().FindAsync(project!.Id, id, CancellationToken.None))!;
        }
    }
}
