using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<BrowserHost>
{
    public const string Name = "browser";
}

/// <summary>The product with a scripted engine, and a real browser in front of it. Everything a browser complains about is kept.</summary>
public sealed class BrowserHost : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private FlowHost? _flow;
    private readonly TestBrowser _browser = new();
    private (string Completed, string Failed)? _runs;
    private (string Job, string JobRun, string PausedJob, string PausedJobRun)? _jobs;

    public FlowHost Flow => _flow!;

    public const string Project = "/projects/flow";

    public async Task InitializeAsync()
    {
        // Nobody listens there: pages show what becomes of a notification that cannot be sent.
        _flow = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["Notifications:Webhook:Url"] = "http://127.0.0.1:9/alerts" });
        await DescribeCredentialsAsync();
        await _browser.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        if (_flow is not null)
        {
            await _flow.DisposeAsync();
        }
    }

    /// <summary>A page of a person who is signed in. Disposing its context fails the test when the browser complained.</summary>
    public async Task<IPage> OpenAsync(string path, Role role = Role.Admin, int width = 1280, ColorScheme theme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(Flow.App, new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = theme,
        });
        context.SetDefaultTimeout(15_000);
        await Flow.App.SignInAsync(context, role);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Complain(message.Type == "error", message.Text);
        page.PageError += (_, error) => Complain(true, error);
        page.Request += (_, request) => Complain(IsElsewhere(request.Url), $"fetched {request.Url}");
        await page.GotoAsync(path);
        await page.Locator("main h1").WaitForAsync();
        return page;
    }

    /// <summary>A completed and a failed Run of the session <c>pages</c>, made once.</summary>
    public async Task<(string Completed, string Failed)> GetRunsAsync()
    {
        if (_runs is { } made)
        {
            return made;
        }

        await Flow.LogInAsync("pages");
        var completed = await RunAsync(attempts: 1);
        var api = Flow.Engine.Api;
        Flow.Engine.Api = (_, _) => ScriptedEngine.Throw("The list was empty.");
        var failed = await RunAsync(attempts: 2);
        Flow.Engine.Api = api;
        await MakeJobAsync();
        _runs = (completed, failed);
        return (completed, failed);
    }

    /// <summary>A scheduled Job with a JobRun in which an item failed, and one whose JobRun a lost login has paused; made once.</summary>
    public async Task<(string Job, string JobRun, string PausedJob, string PausedJobRun)> GetJobsAsync()
    {
        if (_jobs is null)
        {
            var (job, jobRun) = await FailItemAsync("shown-job");
            var (pausedJob, pausedJobRun) = await LoseLoginAsync("paused-job");
            Flow.Engine.Reset();
            _jobs = (job, jobRun, pausedJob, pausedJobRun);
        }

        return _jobs.Value;
    }

    /// <summary>Runs a Job of three items, of which the second fails.</summary>
    public async Task<(string Job, string JobRun)> FailItemAsync(string id)
    {
        var job = JobHost.Job(id, items: 3, await Flow.LogInAsync($"{id}-session"));
        job["schedule"] = JsonNode.Parse("""{ "calendars": [ { "hour": 3, "minute": 30 } ], "jitter": "10m" }""");
        job["sink"] = JsonNode.Parse("""{ "type": "webhook", "url": "http://127.0.0.1:9/results", "headers": { "x": "y" } }""");
        Flow.Engine.Api = (request, _) =>
            request.ParametersJson.Contains("\"n\":2", StringComparison.Ordinal) ? ScriptedEngine.Throw("The row was gone.") : ScriptedEngine.Succeed("1");
        return (id, JobHost.Text(await Flow.RunJobAsync(job), "id"));
    }

    /// <summary>Runs a Job of three items that is paused after the first, because its login is lost and cannot be made again.</summary>
    public async Task<(string Job, string JobRun)> LoseLoginAsync(string id)
    {
        var job = JobHost.Job(id, items: 3, await Flow.LogInAsync($"{id}-session"), atOnce: 1);
        var isLost = false;
        Flow.Engine.Api = (_, _) =>
        {
            isLost = true;
            return ScriptedEngine.Succeed("1");
        };
        Flow.Engine.Check = (_, _) => isLost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        Flow.Engine.Create = (_, _) => ScriptedEngine.Throw("The password is wrong.");
        var jobRun = await Flow.RunJobAsync(job);
        Assert.Equal("PAUSED", JobHost.Text(jobRun, "status"));
        return (id, JobHost.Text(jobRun, "id"));
    }

    /// <summary>Fails with what the browser complained about since the last time: script errors, refused or foreign resources.</summary>
    public void AssertNoComplaints()
    {
        var complaints = new List<string>();
        while (_complaints.TryDequeue(out var complaint))
        {
            complaints.Add(complaint);
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    /// <summary>Leaves out complaints a test itself caused.</summary>
    public void ForgetComplaints(string about)
    {
        var others = _complaints.Where(c => !c.Contains(about, StringComparison.Ordinal)).ToList();
        _complaints.Clear();
        others.ForEach(_complaints.Enqueue);
    }

    /// <summary>The Job <c>form</c>, which has something in every part of its form.</summary>
    private async Task MakeJobAsync()
    {
        var job = JobHost.Job("form", items: 3, session: "pages", atOnce: 2);
        job["schedule"] = JsonNode.Parse("""{"intervals":[{"every":"6h"}],"calendars":[{"hour":"*","dayOfWeek":["MONDAY","FRIDAY"]}],"jitter":"5m"}""");
        job["sink"] = JsonNode.Parse("""{"type":"webhook","url":"https://example.com/runs","headers":{"X-Key":"planted-form-header"},"apisToSend":["hello"]}""");
        job["proxy"] = "http://user:planted-form-proxy@proxy.test:8080";
        await Flow.CreateJobAsync(job);
    }

    private async Task<string> RunAsync(int attempts)
    {
        var run = await Flow.EndAsync(await Flow.StartRunAsync(new JsonObject { ["id"] = "pages" }, attempts));
        return run["runId"]!.GetValue<string>();
    }

    private void Complain(bool when, string text)
    {
        if (when)
        {
            _complaints.Enqueue(text);
        }
    }

    private bool IsElsewhere(string url) =>
        !url.StartsWith(Flow.App.BaseUrl, StringComparison.Ordinal)
        && !url.StartsWith("data:", StringComparison.Ordinal)
        && !url.StartsWith("blob:", StringComparison.Ordinal);

    private async Task DescribeCredentialsAsync()
    {
        await using var db = await Flow.OpenDatabaseAsync();
        var deployment = await db.Set<Deployment>().SingleAsync(d => d.ProjectId == Flow.ProjectId);
        var manifest = JsonSerializer.Deserialize<DeploymentManifest>(deployment.ManifestJson!, JsonSerializerOptions.Web)!;
        deployment.ManifestJson = JsonSerializer.Serialize(
            manifest with
            {
                CredentialFields =
                [
                    new CredentialField("username", "string", Required: true, Secret: false),
                    new CredentialField("password", "string", Required: true, Secret: true),
                ],
                Parameters = new Dictionary<string, IReadOnlyDictionary<string, string>>
                {
                    ["auth-sessions/create"] = new Dictionary<string, string> { ["default"] = """{"username":"demo-user"}""" },
                    ["api/hello"] = new Dictionary<string, string> { ["default"] = """{"page":1}""", ["second"] = """{"page":2}""" },
                },
            },
            JsonSerializerOptions.Web);
        await db.SaveChangesAsync();
    }
}
