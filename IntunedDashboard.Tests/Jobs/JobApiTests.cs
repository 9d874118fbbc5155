using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>The published operations on Jobs, key by key.</summary>
public sealed class JobApiTests : IAsyncLifetime
{
    private const string SinkSecret = "planted-S3-secret/1";
    private const string ProxyPassword = "planted-proxy-password";

    private FlowHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await FlowHost.StartAsync();
        await _host.LogInAsync(Session);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_job_comes_back_as_it_was_given_in_both_published_shapes()
    {
        var given = Full("full-job");
        await _host.CreateJobAsync(given);

        var one = await _host.GetAsync("/jobs/full-job");
        var listed = await ListedAsync("full-job");
        foreach (var job in new[] { one, listed })
        {
            AssertSame(given["schedule"], job["schedule"]);
            AssertSame(given["payload"], job["payload"]);
            AssertSame(given["configuration"], job["configuration"]);
            AssertSame(given["auth_session"], job["auth_session"]);
            Assert.Equal("ACTIVE", Text(job, "state"));
            Assert.Equal("s3", Text(job["sink"]!, "type"));
            Assert.NotEqual(SinkSecret, Text(job["sink"]!, "secretAccessKey"));
            Assert.Contains('•', Text(job["sink"]!, "accessKeyId"));
            Assert.True(job.ContainsKey("created_at"));
            Assert.NotNull(job["next_run_time"]);
            Assert.True(job.ContainsKey("last_run_time") && job["last_run_time"] is null);
        }

        Assert.Equal(_host.ProjectId.ToString(), Text(one, "projectId"));
        Assert.Equal("http://user:••••@proxy.test:8080", Text(one, "proxy"));
        Assert.All(new[] { "project_id", "workspace_id", "schedule_id", "reason" }, name => Assert.False(one.ContainsKey(name), name));

        Assert.Equal(_host.ProjectId.ToString(), Text(listed, "project_id"));
        Assert.Equal(_host.App.WorkspaceId.ToString(), Text(listed, "workspace_id"));
        Assert.Equal("v1", Text(listed["proxy"]!, "version"));
        Assert.Equal("http://user:••••@proxy.test:8080", Text(listed["proxy"]!, "url"));
        Assert.False(listed.ContainsKey("projectId"));
        Assert.DoesNotContain(SinkSecret, one.ToJsonString() + listed.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_job_has_not_is_null_where_clients_take_null_and_absent_where_they_do_not()
    {
        await _host.CreateJobAsync(Job("bare-job", 1, Session));

        var one = await _host.GetAsync("/jobs/bare-job");
        var listed = await ListedAsync("bare-job");
        Assert.All(new[] { "sink", "schedule", "next_run_time", "last_run_time" }, name =>
        {
            Assert.True(one.ContainsKey(name) && one[name] is null, name);
            Assert.True(listed.ContainsKey(name) && listed[name] is null, name);
        });
        Assert.False(one.ContainsKey("proxy"));
        Assert.True(listed["proxy"] is null && listed["reason"] is null && listed["schedule_id"] is null);
        Assert.False(one["configuration"]!.AsObject().ContainsKey("maxConcurrentRequests"));
        Assert.Equal(3, one["auth_session"]!["checkAttempts"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_session_is_read_under_both_of_its_names()
    {
        var job = Job("camel-job", 1);
        job.Remove("auth_session");
        job["authSession"] = new JsonObject { ["id"] = Session, ["checkAttempts"] = 2 };
        await _host.CreateJobAsync(job);

        var session = (await _host.GetAsync("/jobs/camel-job"))["auth_session"]!;
        Assert.Equal((Session, 2), (Text(session, "id"), session["checkAttempts"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Every_fault_is_named_with_its_path_at_once()
    {
        var job = JsonNode.Parse("""
            {
              "id": "no slug!",
              "payload": [
                { "apiName": "hello", "parameters": {} },
                { "api": "hello", "parameters": [] },
                { "apiName": "unknown", "parameters": {}, "requestTimeout": "soon", "retry": { "maximumAttempts": 0 } },
                7
              ],
              "configuration": { "maxConcurrentRequests": 0, "requestTimeout": 0.5, "retry": { "maximumAttempts": "many" } },
              "schedule": {
                "jitter": "a while",
                "intervals": [ { "every": 10 }, {} ],
                "calendars": [ { "hour": 24, "dayOfWeek": ["MONDAY", "Tuesday"], "month": { "start": "MAY", "step": 2 }, "minute": { "start": 5, "end": 1 } } ]
              },
              "sink": { "type": "s3", "bucket": "b", "region": "", "apisToSend": ["unknown"] },
              "proxy": "not a proxy",
              "auth_session": { "checkAttempts": 99 }
            }
            """)!.AsObject();
        var refused = await _host.SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.BadRequest);

        Assert.Equal("bad-request", Text(refused, "code"));
        var paths = refused["details"]!.AsArray().Select(d => Text(d!, "path")).ToHashSet();
        string[] expected =
        [
            "id", "payload[1].apiName", "payload[1].parameters", "payload[2].apiName", "payload[2].requestTimeout",
            "payload[2].retry.maximumAttempts", "payload[3]", "configuration.maxConcurrentRequests", "configuration.requestTimeout",
            "configuration.retry.maximumAttempts", "schedule.jitter", "schedule.intervals[0].every", "schedule.intervals[1].every",
            "schedule.calendars[0].hour", "schedule.calendars[0].dayOfWeek[1]", "schedule.calendars[0].month.end",
            "schedule.calendars[0].minute.end", "sink.accessKeyId", "sink.secretAccessKey", "sink.region", "sink.apisToSend", "proxy",
            "auth_session.id", "auth_session.checkAttempts",
        ];
        Assert.Empty(expected.Except(paths));
        Assert.Empty(paths.Except(expected));
        Assert.Empty((await _host.Client.GetJsonAsync($"{_host.Path}/jobs")).EnumerateArray());
    }

    [Theory]
    [InlineData("""{ "id": "x", "configuration": {}, "auth_session": { "id": "main-session" } }""", "payload")]
    [InlineData("""{ "id": "x", "payload": [], "configuration": {}, "auth_session": { "id": "main-session" } }""", "payload")]
    [InlineData("""{ "id": "x", "payload": [{ "apiName": "hello", "parameters": {} }], "auth_session": { "id": "main-session" } }""", "configuration")]
    [InlineData("""{ "id": "x", "payload": [{ "apiName": "hello", "parameters": {} }], "configuration": {} }""", "auth_session")]
    [InlineData("""{ "payload": [{ "apiName": "hello", "parameters": {} }], "configuration": {}, "auth_session": { "id": "main-session" } }""", "id")]
    public async Task A_missing_part_is_named(string job, string path)
    {
        var refused = await _host.SendAsync(HttpMethod.Post, "/jobs", JsonNode.Parse(job), HttpStatusCode.BadRequest);
        Assert.Equal(path, Text(refused["details"]![0]!, "path"));
    }

    [Fact]
    public async Task An_id_that_is_taken_is_refused_and_the_first_job_stays()
    {
        await _host.CreateJobAsync(Job("taken-job", 2, Session));
        var refused = await _host.SendAsync(HttpMethod.Post, "/jobs", Job("taken-job", 1, Session), HttpStatusCode.BadRequest);
        Assert.Equal("id", Text(refused["details"]![0]!, "path"));
        Assert.Equal(2, (await _host.GetAsync("/jobs/taken-job"))["payload"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_update_replaces_everything_and_secrets_sent_back_as_dots_stay()
    {
        await _host.CreateJobAsync(Full("changing-job"));
        var shown = await _host.GetAsync("/jobs/changing-job");
        var update = Full("changing-job");
        update.Remove("id");
        update["sink"] = shown["sink"]!.DeepClone();
        update["sink"]!["prefix"] = "new/";
        update["proxy"] = shown["proxy"]!.DeepClone();
        update["schedule"] = null;
        update["payload"] = new JsonArray(new JsonObject { ["apiName"] = "hello", ["parameters"] = new JsonObject { ["only"] = 1 } });
        var saved = await _host.SendAsync(HttpMethod.Put, "/jobs/changing-job", update);
        Assert.Equal(("changing-job", "updated job successfully"), (Text(saved, "id"), Text(saved, "message")));

        var now = await _host.GetAsync("/jobs/changing-job");
        Assert.Equal("new/", Text(now["sink"]!, "prefix"));
        Assert.Null(now["schedule"]);
        Assert.Null(now["next_run_time"]);
        AssertSame(update["payload"], now["payload"]);
        await using var db = await _host.OpenDatabaseAsync();
        var row = db.Set<IntunedDashboard.Jobs.Job>().Single(j => j.Id == "changing-job");
        var secrets = (IntunedDashboard.Jobs.JobSecrets)_host.App.Services.GetService(typeof(IntunedDashboard.Jobs.JobSecrets))!;
        Assert.Equal(SinkSecret, secrets.OpenSink(row.Key, row.ProtectedSink)!.SecretAccessKey);
        Assert.Contains(ProxyPassword, secrets.OpenProxy(row.Key, row.ProtectedProxy), StringComparison.Ordinal);
        Assert.DoesNotContain(SinkSecret, row.ProtectedSink, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dots_without_a_secret_behind_them_are_refused()
    {
        var job = Full("dotted-job");
        job["sink"]!["secretAccessKey"] = "••••••";
        job["proxy"] = "http://user:••••@proxy.test:8080";
        var refused = await _host.SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.BadRequest);
        Assert.Equal(["sink.secretAccessKey", "proxy"], refused["details"]!.AsArray().Select(d => Text(d!, "path")));
    }

    [Fact]
    public async Task Pause_and_resume_answer_in_their_words_also_the_second_time_and_trigger_is_refused_while_paused()
    {
        await _host.CreateJobAsync(Full("resting-job"));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("Paused", Text(await _host.SendAsync(HttpMethod.Post, "/jobs/resting-job/pause"), "message"));
        }

        var paused = await ListedAsync("resting-job");
        Assert.Equal(("PAUSED", "paused"), (Text(paused, "state"), Text(paused["reason"]!, "type")));
        Assert.EndsWith("Z", Text(paused["reason"]!, "timestamp"), StringComparison.Ordinal);
        Assert.Null(paused["next_run_time"]);
        var refused = await _host.SendAsync(HttpMethod.Post, "/jobs/resting-job/trigger", expected: HttpStatusCode.BadRequest);
        Assert.Equal("bad-request", Text(refused, "code"));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("Resumed", Text(await _host.SendAsync(HttpMethod.Post, "/jobs/resting-job/resume"), "message"));
        }

        var active = await ListedAsync("resting-job");
        Assert.Equal("ACTIVE", Text(active, "state"));
        Assert.Null(active["reason"]);
        Assert.NotNull(active["next_run_time"]);
    }

    [Fact]
    public async Task A_deleted_job_is_gone_with_its_JobRuns()
    {
        var jobRun = await _host.RunJobAsync(Job("short-job", 2, Session));
        Assert.Equal("SUCCESS", Text(jobRun, "status"));
        using var deleted = await _host.Client.DeleteAsync($"{_host.Path}/jobs/short-job");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var path in new[] { "/jobs/short-job", "/jobs/short-job/runs", $"/jobs/short-job/runs/{Text(jobRun, "id")}" })
        {
            Assert.Equal("not-found", Text(await _host.SendAsync(HttpMethod.Get, path, expected: HttpStatusCode.NotFound), "code"));
        }

        await using var db = await _host.OpenDatabaseAsync();
        Assert.Empty(db.Set<IntunedDashboard.Jobs.JobRunItem>());
        Assert.Empty(db.Set<IntunedDashboard.Jobs.JobPayloadItem>());
    }

    [Theory]
    [InlineData(Role.Viewer, "POST", "/jobs/roled-job/trigger")]
    [InlineData(Role.Viewer, "POST", "/jobs/roled-job/pause")]
    [InlineData(Role.Operator, "DELETE", "/jobs/roled-job")]
    [InlineData(Role.Operator, "POST", "/jobs")]
    public async Task Roles_that_may_not_are_refused(Role role, string method, string path)
    {
        using var client = await _host.App.CreateApiClientAsync(role);
        using var request = new HttpRequestMessage(new HttpMethod(method), _host.Path + path) { Content = new StringContent("{}", null, "application/json") };
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static JsonObject Full(string id) => JsonNode.Parse($$"""
        {
          "id": "{{id}}",
          "payload": [
            { "apiName": "hello", "parameters": { "a": [1, null, { "b": "ü" }] }, "requestTimeout": 10, "retry": { "maximumAttempts": 2 } },
            { "apiName": "hello", "parameters": {} }
          ],
          "configuration": { "retry": { "maximumAttempts": 4 }, "requestTimeout": 60, "maxConcurrentRequests": 5 },
          "schedule": {
            "jitter": "6h",
            "intervals": [ { "every": "1h" }, { "every": 3600000 } ],
            "calendars": [ { "second": "*", "minute": 51, "hour": { "start": 12, "end": 18, "step": 2 }, "dayOfWeek": ["MONDAY", { "start": "THURSDAY" }], "comment": "c" } ]
          },
          "sink": { "type": "s3", "bucket": "b", "accessKeyId": "key-id-1", "secretAccessKey": "{{SinkSecret}}", "region": "r", "prefix": "p/" },
          "proxy": "http://user:{{ProxyPassword}}@proxy.test:8080",
          "auth_session": { "id": "main-session", "checkAttempts": 1, "createAttempts": 2 },
          "unknownField": true
        }
        """)!.AsObject();

    private async Task<JsonObject> ListedAsync(string id)
    {
        var all = JsonNode.Parse(await _host.Client.GetStringAsync($"{_host.Path}/jobs"))!.AsArray();
        return all.Single(j => Text(j!, "id") == id)!.AsObject();
    }

    private static void AssertSame(JsonNode? expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected?.ToJsonString()} is not {actual?.ToJsonString()}");
}
