using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>
/// Plants a unique secret everywhere one can enter, lets an automation tell all it knows, and then searches everything the product
/// has stored, logged, answered and shown.
/// </summary>
public sealed class LeakTests(TestBrowser browser) : IClassFixture<TestBrowser>, IAsyncLifetime
{
    private const string ByRun = "anna-of-a-run";

    private readonly string _password = Secret("password");
    private readonly string _nextPassword = Secret("next");
    private readonly string _code = Secret("code");
    private readonly string _runtimePassword = Secret("runtime");
    private readonly string _environment = Secret("environment");
    private readonly ForwardProxy _sessionProxy = new("session-proxy", Secret("proxy"));
    private readonly ForwardProxy _runProxy = new("run-proxy", Secret("other proxy"));
    private readonly string _token = $"kept-{Ids.NewSecret(16)}";
    private AccountSite _site = null!;
    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _site = await AccountSite.StartAsync();
        _site.KeptToken = _token;
        _site.SetUser(AccountHost.User, _password);
        _site.SetUser(ByRun, _runtimePassword);
        _app = await AppHost.StartAsync();
        _project = new ProjectDriver(_app, "leaky");
        await _project.DeployAsync(LeakyProject.Archive(_site.Url));
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
        await _site.DisposeAsync();
        await _sessionProxy.DisposeAsync();
        await _runProxy.DisposeAsync();
    }

    [Fact]
    public async Task No_planted_secret_is_found_in_anything_that_is_stored_logged_answered_or_shown()
    {
        var apiKey = await PlantAsync();
        string[] secrets =
        [
            _password, _nextPassword, _code, _runtimePassword, _environment, _sessionProxy.Password, _runProxy.Password, _token, apiKey, _app.ApiKey, AppHost.Password,
        ];
        var forms = secrets.SelectMany(PlantedSecret.Forms)
            .Concat(new[] { _sessionProxy, _runProxy }.Select(p => Base64($"{p.Name}:{p.Password}")))
            .ToList();

        var answers = await ReadAnswersAsync();
        answers["the log"] = _app.Log;
        foreach (var (path, html) in await ReadPagesAsync())
        {
            answers[path] = html;
        }

        var found =
            from answer in answers
            from form in forms
            where answer.Value.Contains(form, StringComparison.Ordinal)
            select $"{answer.Key} holds {form}";
        AssertNone([.. found, .. PlantedSecret.FilesHolding(_app.DataDirectory, forms)]);

        // The search finds what is there: in a log, in a trace, on a page and in the database.
        Assert.True(answers.Count(a => a.Value.Contains(LeakyProject.Marker, StringComparison.Ordinal)) > 10);
        Assert.Contains(answers, a => a.Key.EndsWith("/trace", StringComparison.Ordinal) && a.Value.Contains("/login", StringComparison.Ordinal));
        Assert.Contains(answers, a => a.Key.StartsWith("/projects", StringComparison.Ordinal) && a.Value.Contains(LeakyProject.Marker, StringComparison.Ordinal));
        Assert.NotEmpty(PlantedSecret.FilesHolding(_app.DataDirectory, LeakyProject.Marker));
    }

    private static string Secret(string name) => $"{name} \"{Ids.NewSecret(10)}\"/ö+{Ids.NewSecret(6)}";

    private static void AssertNone(List<string> found) => Assert.True(found.Count == 0, string.Join('\n', found));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Creates, fails to create, updates, runs, fails, runs with credentials of its own, and loses the login.</summary>
    /// <returns>The secret of an API key that was made meanwhile.</returns>
    private async Task<string> PlantAsync()
    {
        var variable = new JsonObject { ["key"] = LeakyProject.Variable, ["value"] = _environment };
        await _project.SendAsync(HttpMethod.Post, "/env-vars", variable, HttpStatusCode.Created);
        using var made = await _project.Client.PostAsJsonAsync($"{_app.WorkspacePath}/api-keys", new { name = "planted", role = "Viewer" });
        var apiKey = ProjectDriver.Text((await made.Content.ReadFromJsonAsync<JsonObject>())!, "key");

        await _project.LogInAsync("leaky", Credentials(_password), _sessionProxy.Address);
        var failing = Credentials(_password);
        failing["fail"] = true;
        var (failed, _) = await _project.OperateAsync("create", new JsonObject { ["id"] = "failing", ["parameters"] = failing, ["createAttempts"] = 1 });
        Assert.Equal("failed", ProjectDriver.Text(failed, "status"));
        Assert.Equal("completed", await RunAsync(Session()));
        Assert.Equal("failed", await RunAsync(Session(), fail: true));
        var runtime = Credentials(_runtimePassword);
        runtime["user"] = ByRun;
        Assert.Equal("completed", await RunAsync(new JsonObject { ["runtimeInput"] = runtime, ["checkAttempts"] = 1 }, proxy: _runProxy.Address));
        _site.SetUser(AccountHost.User, _nextPassword);
        var (updated, _) = await _project.OperateAsync("leaky/update", new JsonObject { ["parameters"] = Credentials(_nextPassword) });
        Assert.Equal("done", ProjectDriver.Text(updated, "status"));
        _site.RefusesAll = true;
        Assert.Equal("canceled", await RunAsync(Session()));
        return apiKey;
    }

    private static JsonObject Session() => new() { ["id"] = "leaky", ["checkAttempts"] = 1, ["createAttempts"] = 1 };

    private JsonObject Credentials(string password) => new()
    {
        ["user"] = AccountHost.User,
        ["password"] = password,
        ["nested"] = new JsonObject { ["codes"] = new JsonArray(_code) },
    };

    private async Task<string> RunAsync(JsonObject authSession, bool fail = false, string? proxy = null)
    {
        var run = await _project.RunAsync("leak", authSession, proxy, parameters: new JsonObject { ["fail"] = fail });
        return ProjectDriver.Text(run, "status");
    }

    /// <summary>Everything REST answers about the project, by address.</summary>
    private async Task<Dictionary<string, string>> ReadAnswersAsync()
    {
        var answers = new Dictionary<string, string>();
        foreach (var path in (string[])["/runs?pageSize=200", "/auth-sessions", "/auth-sessions/leaky/details", "/auth-sessions/leaky/versions", "/deployments", "/env-vars"])
        {
            answers[path] = await _project.Client.GetStringAsync(_project.Path + path);
        }

        answers["/api-keys"] = await _project.Client.GetStringAsync($"{_app.WorkspacePath}/api-keys");
        answers["/projects of REST"] = await _project.Client.GetStringAsync($"{_app.WorkspacePath}/projects");
        foreach (var run in (await _project.GetAsync("/runs?pageSize=200"))["runs"]!.AsArray())
        {
            var id = ProjectDriver.Text(run!, "runId");
            var detail = await _project.GetAsync($"/runs/{id}");
            answers[$"/runs/{id}"] = detail.ToJsonString();
            answers[$"/run/{id}/result"] = await _project.Client.GetStringAsync($"{_project.Path}/run/{id}/result");
            foreach (var attempt in detail["attempts"]!.AsArray())
            {
                var path = $"/runs/{id}/attempts/{attempt!["number"]}";
                answers[$"{path}/log"] = await _project.Client.GetStringAsync($"{_project.Path}{path}/log");
                if (attempt["hasTrace"]!.GetValue<bool>())
                {
                    answers[$"{path}/trace"] = PlantedSecret.ReadZip(await _project.Client.GetByteArrayAsync($"{_project.Path}{path}/trace"));
                }
            }
        }

        return answers;
    }

    /// <summary>What a person sees, by address.</summary>
    private async Task<List<(string Path, string Html)>> ReadPagesAsync()
    {
        var page = await browser.OpenAsync(_app);
        var paths = new List<string> { "/projects/leaky/auth-sessions/leaky", "/projects/leaky/auth-sessions", "/projects/leaky/runs" };
        foreach (var run in (await _project.GetAsync("/runs?pageSize=200"))["runs"]!.AsArray().Where(r => ProjectDriver.Text(r!, "type") != "AuthSession:Validate"))
        {
            paths.AddRange(new[] { "result", "log" }.Select(tab => $"/projects/leaky/runs/{ProjectDriver.Text(run!, "runId")}?tab={tab}"));
        }

        var pages = new List<(string, string)>();
        foreach (var path in paths)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main h1")).ToBeVisibleAsync();
            await page.Locator(path.EndsWith("=log", StringComparison.Ordinal) ? ".log-line" : ".facts, table").First.WaitForAsync();
            pages.Add((path, await page.ContentAsync()));
        }

        await page.Context.CloseAsync();
        return pages;
    }
}
