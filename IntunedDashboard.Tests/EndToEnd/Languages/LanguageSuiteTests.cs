using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.EndToEnd.Languages;

/// <summary>The samples do the same job in every language, and so do the functions the suite adds to them.</summary>
public sealed class LanguageSuiteTests(LanguageHost host) : IClassFixture<LanguageHost>
{
    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task The_sample_reads_behind_the_login_with_cookie_and_local_storage(string language)
    {
        var (run, project) = await RunAsync(language, "list-employees", new JsonObject { ["department"] = "Engineering", ["limit"] = 2 });

        var result = Completed(run);
        Assert.Equal(2, result["count"]!.GetValue<int>());
        var first = result["employees"]![0]!;
        Assert.Equal("Engineering", ProjectDriver.Text(first, "department"));
        Assert.Contains("The site lists", await LogAsync(project, run), StringComparison.Ordinal);
        var one = Completed((await RunAsync(language, "get-employee", new JsonObject { ["number"] = first["number"]!.GetValue<int>() })).Run);
        Assert.Equal(ProjectDriver.Text(first, "name"), ProjectDriver.Text(one, "name"));
        Assert.True(one["salary"]!.GetValue<int>() > 0);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task A_login_that_has_expired_is_made_anew_before_the_Run(string language)
    {
        var project = await host.ProjectAsync(language);
        await host.ControlAsync("expire-all");

        var run = await project.RunAsync("list-employees", Login());

        Completed(run);
        Assert.Equal(["check", "create", "check"], ProjectDriver.Kinds(await project.ValidateRunOfAsync(run)));
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task Every_kind_of_storage_of_two_origins_is_there_again(string language)
    {
        var (run, _) = await RunAsync(language, "prove-all");

        Assert.Empty(Completed(run)["missing"]!.AsArray());
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task Runtime_functions_and_the_hook_answer_alike(string language)
    {
        var (run, _) = await RunAsync(language, "runtime");

        var expected = new JsonObject
        {
            ["hook"] = "api/runtime", ["nothing"] = null, ["missing"] = null,
            // A value of the login, so it is redacted wherever it appears.
            ["username"] = Redactor.Mask,
            ["hasRun"] = true, ["session"] = LanguageHost.Session, ["jobRun"] = null,
        };
        Assert.Equal(expected.ToJsonString(), Completed(run).ToJsonString());
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task A_failed_attempt_is_tried_again(string language)
    {
        var project = await host.ProjectAsync(language);
        var marker = Path.Combine(host.Markers, $"flaky-{language}");

        var run = await project.RunAsync("flaky", Login(), attempts: 2, parameters: new JsonObject { ["marker"] = marker });

        Assert.Equal("completed", ProjectDriver.Text(run, "status"));
        Assert.Equal(2, run["attempts"]!.AsArray().Count);
        Assert.Contains("not yet", ProjectDriver.Text(run["attempts"]![0]!["error"]!, "message"), StringComparison.Ordinal);
    }

    [Theory]
    [Language("typescript", "ts")]
    [Language("csharp", "cs")]
    [Language("python", "py")]
    public async Task An_exception_tells_its_file_line_and_message(string language, string ending)
    {
        var (run, _) = await RunAsync(language, "get-employee", new JsonObject { ["number"] = 99999 });

        var error = AttemptError(run, "script-execution-exception");
        Assert.Contains("There is no employee 99999.", ProjectDriver.Text(error, "message"), StringComparison.Ordinal);
        Assert.Equal($"api/get-employee.{ending}", ProjectDriver.Text(error["details"]!, "file"));
        Assert.True(error["details"]!["line"]!.GetValue<int>() > 5);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task A_Run_beyond_its_limit_ends_in_a_timeout(string language)
    {
        var project = await host.ProjectAsync(language);
        var body = new JsonObject
        {
            ["api"] = "hang", ["parameters"] = new JsonObject(), ["requestTimeout"] = 6, ["authSession"] = Login(),
            ["retry"] = new JsonObject { ["maximumAttempts"] = 1 },
        };
        var started = await project.SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created);

        AttemptError(await project.EndAsync(ProjectDriver.Text(started, "runId")), "script-timeout");
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task An_automation_that_ends_its_process_is_a_crash(string language)
    {
        var (run, _) = await RunAsync(language, "crash");

        Assert.Contains("exit code 7", ProjectDriver.Text(AttemptError(run, "script-process-crashed"), "message"), StringComparison.Ordinal);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task A_result_beyond_the_limit_fails(string language)
    {
        var (run, _) = await RunAsync(language, "big");

        AttemptError(run, "result-too-big-error");
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task Extended_payloads_come_with_the_result(string language)
    {
        var (run, project) = await RunAsync(language, "extend");

        Completed(run);
        var result = await project.GetAsync($"/run/{ProjectDriver.Text(run, "runId")}/result");
        Assert.Equal("""[{"api":"list-employees","parameters":{"limit":1}}]""", result["extendedPayloads"]!.ToJsonString());
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task Credentials_appear_neither_in_log_nor_result_nor_trace(string language)
    {
        var project = await host.ProjectAsync(language);
        project.SaveTraces = true;
        var run = await project.RunAsync("leak", Login());
        project.SaveTraces = false;

        Completed(run);
        var id = ProjectDriver.Text(run, "runId");
        var trace = TraceText.Of(await project.Client.GetByteArrayAsync($"{project.Path}/runs/{id}/attempts/1/trace"));
        Assert.Contains("leaking", await LogAsync(project, run), StringComparison.Ordinal);
        Assert.Contains("employees", trace, StringComparison.Ordinal);
        foreach (var text in (string[])[await LogAsync(project, run), run.ToJsonString(), trace])
        {
            Assert.DoesNotContain("Passw0rd", text, StringComparison.Ordinal);
        }
    }

    private static JsonObject Login() => new() { ["id"] = LanguageHost.Session, ["autoRecreate"] = true, ["checkAttempts"] = 1, ["createAttempts"] = 1 };

    private async Task<(JsonObject Run, ProjectDriver Project)> RunAsync(string language, string api, JsonObject? parameters = null)
    {
        var project = await host.ProjectAsync(language);
        return (await project.RunAsync(api, Login(), parameters: parameters), project);
    }

    private static Task<string> LogAsync(ProjectDriver project, JsonObject run) =>
        project.Client.GetStringAsync($"{project.Path}/runs/{ProjectDriver.Text(run, "runId")}/attempts/1/log");

    private static JsonNode Completed(JsonObject run)
    {
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        return run["result"]!;
    }

    private static JsonNode AttemptError(JsonObject run, string code)
    {
        Assert.True(ProjectDriver.Text(run, "status") == "failed", run.ToJsonString());
        var error = run["attempts"]![0]!["error"]!;
        Assert.True(ProjectDriver.Text(error, "code") == code, run.ToJsonString());
        return error;
    }
}
