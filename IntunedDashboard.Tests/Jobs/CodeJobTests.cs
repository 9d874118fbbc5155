using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>Jobs that a project defines by files, from the deployment's answer to their deletion.</summary>
public sealed class CodeJobTests : IAsyncLifetime
{
    private const string SinkSecret = "whsec_cGxhbnRlZC1jb2RlLXNpbmstc2VjcmV0LTEtMjM0NTY=";

    private readonly ScriptedEngine _engine = new();
    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(settings: null, _engine.Install);
        _project = new ProjectDriver(_app, "coded");
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Files_create_update_and_delete_jobs()
    {
        var created = await DeployAsync(Archive().With("intuned-resources/jobs/nightly.job.jsonc", $$"""
            {
              // every night
              "configuration": { "retry": { "maximumAttempts": 2 }, "maxConcurrentRequests": 2, },
              "payload": [ { "apiName": "hello", "parameters": { "name": "Zoë", /* or anybody */ "tags": [1, 2,], } } ],
              "schedule": { "calendars": [ { "hour": 3 } ] },
              "sink": { "type": "webhook", "url": "https://receiver.test/hook", "secret": "{{SinkSecret}}" },
            }
            """));
        Assert.Equal([("nightly", "created")], Changes(created));
        var job = await _project.GetAsync("/jobs/nightly");
        Assert.Equal(("CODE", "ACTIVE"), (ProjectDriver.Text(job, "origin"), ProjectDriver.Text(job, "state")));
        Assert.Equal("""[{"apiName":"hello","parameters":{"name":"Zoë","tags":[1,2]}}]""", Plain(job["payload"]));
        Assert.Equal("""{"calendars":[{"hour":3}]}""", Plain(job["schedule"]));
        Assert.Equal(2, job["configuration"]!["retry"]!["maximumAttempts"]!.GetValue<int>());
        Assert.NotNull(job["next_run_time"]);
        Assert.Equal("••••", ProjectDriver.Text(job["sink"]!, "secret")[..4]);

        // Another folder, another order of fields and no comments are the same Job, and whether it is paused is no matter of files.
        await _project.SendAsync(HttpMethod.Post, "/jobs/nightly/pause");
        var same = await DeployAsync(Archive().With("intuned-resources/jobs/deep/er/nightly.job.json", $$"""
            {
              "sink": { "url": "https://receiver.test/hook", "secret": "{{SinkSecret}}", "type": "webhook" },
              "payload": [ { "parameters": { "tags": [1, 2], "name": "Zo\u00eb" }, "apiName": "hello" } ],
              "schedule": { "calendars": [ { "hour": 3 } ] },
              "configuration": { "maxConcurrentRequests": 2, "retry": { "maximumAttempts": 2 } }
            }
            """));
        Assert.Equal([("nightly", "unchanged")], Changes(same));

        var updated = await DeployAsync(Archive().With("intuned-resources/jobs/nightly.job.jsonc", Job("you")));
        Assert.Equal([("nightly", "updated")], Changes(updated));
        job = await _project.GetAsync("/jobs/nightly");
        Assert.Equal(("CODE", "PAUSED"), (ProjectDriver.Text(job, "origin"), ProjectDriver.Text(job, "state")));
        Assert.Equal("""[{"apiName":"hello","parameters":{"name":"you"}}]""", Plain(job["payload"]));
        Assert.True(job["schedule"] is null && job["sink"] is null);

        var back = await _project.SendAsync(
            HttpMethod.Post, $"/deployments/{created.GetProperty("deploymentId").GetString()}/activate");
        Assert.Equal("succeeded", ProjectDriver.Text(back, "status"));
        Assert.Equal("Zoë", ProjectDriver.Text((await _project.GetAsync("/jobs/nightly"))["payload"]![0]!["parameters"]!, "name"));

        Assert.Equal([("nightly", "deleted")], Changes(await DeployAsync(Archive())));
        await _project.SendAsync(HttpMethod.Get, "/jobs/nightly", expected: HttpStatusCode.NotFound);
        Assert.DoesNotContain(SinkSecret, _app.Log, StringComparison.Ordinal);
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var stored = await db.Database.SqlQueryRaw<string>(
            "SELECT COALESCE(ManifestJson, '') || DiagnosticsJson || COALESCE(ResourcesJson, '') AS Value FROM Deployments").ToListAsync();
        Assert.All(stored, text => Assert.DoesNotContain(SinkSecret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_defined_by_code_is_read_only_over_REST_but_can_be_paused_resumed_and_started()
    {
        await DeployAsync(Archive().With("intuned-resources/jobs/fixed.job.json", Job("me")));
        var other = JsonNode.Parse(Job("else"))!.AsObject();
        foreach (var (method, path, body, sentence) in ((HttpMethod, string, JsonObject?, string)[])
        [
            (HttpMethod.Put, "/jobs/fixed", other, "change its file and deploy again"),
            (HttpMethod.Delete, "/jobs/fixed", null, "change its file and deploy again"),
            (HttpMethod.Delete, "/jobs/fixed?force=true", null, "change its file and deploy again"),
            (HttpMethod.Post, "/jobs", new JsonObject(other.Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))) { ["id"] = "fixed" }, "already"),
        ])
        {
            var refused = await _project.SendAsync(method, path, body, HttpStatusCode.BadRequest);
            Assert.Contains(sentence, refused.ToJsonString(), StringComparison.Ordinal);
        }

        await _project.SendAsync(HttpMethod.Post, "/jobs/fixed/pause");
        await _project.SendAsync(HttpMethod.Post, "/jobs/fixed/resume");
        var jobRun = ProjectDriver.Text(await _project.SendAsync(HttpMethod.Post, "/jobs/fixed/trigger"), "jobRunId");
        await JobRunEndsAsync("fixed", jobRun, "SUCCESS");
        Assert.Contains("\"me\"", _engine.Requests.Single().ParametersJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_in_use_starts_no_more_and_is_deleted_when_its_JobRun_has_ended()
    {
        await DeployAsync(Archive().With("intuned-resources/jobs/busy.job.json", Job("me", """, "schedule": { "intervals": [ { "every": "1s" } ] }""")));
        var release = new TaskCompletionSource();
        _engine.Api = async (_, token) =>
        {
            await release.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed("1");
        };
        await Eventually.TrueAsync(() => _engine.Count(FunctionKind.Api) == 1);

        var skipped = await DeployAsync(Archive());
        Assert.Equal([("busy", "skipped-in-use")], Changes(skipped));
        var refused = await _project.SendAsync(HttpMethod.Post, "/jobs/busy/trigger", expected: HttpStatusCode.BadRequest);
        Assert.Contains("does not define", refused.ToJsonString(), StringComparison.Ordinal);

        release.SetResult();
        var later = await Eventually.GetAsync(
            () => _project.Client.GetJsonAsync($"{_project.Path}/deployments/{skipped.GetProperty("deploymentId").GetString()}"),
            deployment => Changes(deployment) is [("busy", "deleted")]);
        Assert.Equal("succeeded", later.GetProperty("status").GetString());
        await _project.SendAsync(HttpMethod.Get, "/jobs/busy", expected: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_job_made_by_hand_is_taken_over_by_the_file_that_defines_its_id()
    {
        await DeployAsync(Archive());
        var byHand = JsonNode.Parse(Job("hand"))!.AsObject();
        byHand["id"] = "shared";
        await _project.SendAsync(HttpMethod.Post, "/jobs", byHand, HttpStatusCode.Created);

        Assert.Equal([("shared", "updated")], Changes(await DeployAsync(Archive().With("intuned-resources/jobs/shared.job.json", Job("file")))));
        var job = await _project.GetAsync("/jobs/shared");
        Assert.Equal(("CODE", "file"), (ProjectDriver.Text(job, "origin"), ProjectDriver.Text(job["payload"]![0]!["parameters"]!, "name")));
    }

    [Fact]
    public async Task A_session_and_the_job_that_uses_it_come_with_one_deployment()
    {
        var deployed = await DeployAsync(ProjectArchive.Minimal()
            .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
            .With("auth-sessions/create.ts", "export default async function create() {}")
            .With("auth-sessions/check.ts", "export default async function check() { return true; }")
            .With("intuned-resources/auth-sessions/shop-user.auth-session.json", """{ "parameters": { "username": "demo" } }""")
            .With("intuned-resources/jobs/a.job.json", Job("me", """, "auth_session": { "id": "shop-user" }""")));
        Assert.Equal([("a", "created")], Changes(deployed));
        await Eventually.GetAsync(
            () => _project.DetailsAsync("shop-user"), session => ProjectDriver.Text(session, "status") == "READY" && session["lockedBy"] is null);
        await JobRunEndsAsync("a", ProjectDriver.Text(await _project.SendAsync(HttpMethod.Post, "/jobs/a/trigger"), "jobRunId"), "SUCCESS");
    }

    [Theory]
    [InlineData("has space.job.json", """{ "payload": [{ "apiName": "hello", "parameters": {} }], "configuration": {} }""", "", 0, "1 to 128 characters")]
    [InlineData("a.job.json", """[]""", "", 1, "JSON object")]
    [InlineData("a.job.jsonc", """{""", "", 1, "not valid JSON")]
    [InlineData("a.job.json", "{\n \"payload\": [],\n \"configuration\": {}\n}", "payload", 2, "at least one item")]
    [InlineData("a.job.json", "{\n \"configuration\": {},\n \"payload\": [ { \"apiName\": \"hello\", \"parameters\": {} },\n  { \"apiName\": \"gone\", \"parameters\": {} } ]\n}", "payload[1].apiName", 4, "No API gone is deployed")]
    [InlineData("a.job.json", "{\n \"configuration\": {},\n \"payload\": [\n  { \"api\": \"hello\", \"parameters\": {} } ]\n}", "payload[0].apiName", 4, "not by api")]
    [InlineData("a.job.json", "{\n \"payload\": [{ \"apiName\": \"hello\", \"parameters\": {} }],\n \"configuration\": { \"retry\":\n  { \"maximumAttempts\": \"x\" } }\n}", "configuration.retry.maximumAttempts", 4, "whole number")]
    [InlineData("a.job.json", "{\n \"payload\": [{ \"apiName\": \"hello\", \"parameters\": {} }], \"configuration\": {},\n \"schedule\": { \"calendars\": [\n  { \"hour\": 24 } ] }\n}", "schedule.calendars[0].hour", 4, "0 to 23")]
    [InlineData("a.job.json", "{\n \"payload\": [{ \"apiName\": \"hello\", \"parameters\": {} }], \"configuration\": {},\n \"auth_session\": { \"id\": \"some-user\" } }", "auth_session", 3, "no AuthSessions enabled")]
    [InlineData("a.job.json", "{\n \"payload\": [{ \"apiName\": \"hello\", \"parameters\": {\n  \"x\": 1, \"x\": 2 } }], \"configuration\": {} }", "payload[0].parameters.x", 3, "twice")]
    [InlineData("a.job.json", "{\n \"payload\": [{ \"apiName\": \"hello\", \"parameters\": {\n  \"x\": \"\\ud800\" } }], \"configuration\": {} }", "", 3, "half of a character")]
    public async Task A_fault_in_a_file_fails_the_deployment_with_file_line_and_field(string file, string text, string field, int line, string sentence)
    {
        var deployment = await _app.DeployAsync(_project.Client, "coded", Archive().With($"intuned-resources/jobs/{file}", text).Zip());

        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        var fault = Assert.Single(deployment.Diagnostics(), d => d.GetProperty("severity").GetString() == "error");
        Assert.Equal($"intuned-resources/jobs/{file}", fault.GetProperty("file").GetString());
        Assert.Equal(line, fault.GetProperty("line").GetInt32());
        Assert.StartsWith(field.Length == 0 ? string.Empty : $"{field}: ", fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(sentence, fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Changes(deployment));
    }

    [Fact]
    public async Task The_same_id_in_two_folders_is_a_fault_and_other_files_are_a_warning()
    {
        var deployment = await _app.DeployAsync(_project.Client, "coded", Archive()
            .With("intuned-resources/jobs/one/a.job.json", Job("1"))
            .With("intuned-resources/jobs/two/a.job.json", Job("2"))
            .With("intuned-resources/jobs/readme.md", "Jobs").Zip());
        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        Assert.Equal(
            [("intuned-resources/jobs/readme.md", "warning"), ("intuned-resources/jobs/two/a.job.json", "error")],
            deployment.Diagnostics().Select(d => (d.GetProperty("file").GetString()!, d.GetProperty("severity").GetString()!)).Order());
    }

    [Fact]
    public async Task The_form_of_a_Job_from_a_file_names_the_file_and_changes_nothing()
    {
        await DeployAsync(Archive().With("intuned-resources/jobs/nightly/a.job.json", Job("1")));
        var browser = new TestBrowser();
        await browser.InitializeAsync();
        try
        {
            var page = await browser.OpenAsync(_app, Role.Developer);
            await page.GotoAsync("/projects/coded/jobs/a/edit");
            await Assertions.Expect(page.GetByText("This Job is defined by intuned-resources/jobs/nightly/a.job.json: change it there and deploy again."))
                .ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        }
        finally
        {
            await browser.DisposeAsync();
        }
    }

    private static ProjectArchive Archive() => ProjectArchive.Minimal();

    private static string Job(string name, string more = "") =>
        $$"""{ "configuration": { "retry": { "maximumAttempts": 1 } }, "payload": [ { "apiName": "hello", "parameters": { "name": "{{name}}" } } ]{{more}} }""";

    private static (string, string)[] Changes(JsonElement deployment) =>
        [.. deployment.GetProperty("resources").GetProperty("jobs").EnumerateArray()
            .Select(c => (c.GetProperty("id").GetString()!, c.GetProperty("change").GetString()!))];

    private static string Plain(JsonNode? node) =>
        node!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private async Task<JsonElement> DeployAsync(ProjectArchive archive)
    {
        var deployment = await _app.DeployAsync(_project.Client, "coded", archive.Zip());
        Assert.True(deployment.GetProperty("status").GetString() == "succeeded", deployment.GetRawText());
        return deployment;
    }

    private async Task JobRunEndsAsync(string job, string jobRun, string status)
    {
        var ended = await Eventually.GetAsync(
            async () => (await _project.GetAsync($"/jobs/{job}/runs/{jobRun}"))["jobRun"]!.AsObject(), run => run["end_time"] is not null);
        Assert.Equal(status, ProjectDriver.Text(ended, "status"));
    }
}
