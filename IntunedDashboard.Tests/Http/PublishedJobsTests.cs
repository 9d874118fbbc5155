using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Http;

/// <summary>Operations 12 to 22 of the published API as clients send them, with every answer held against the file of schemas.</summary>
public sealed class PublishedJobsTests(PublishedApiTests.Host fixture) : IClassFixture<PublishedApiTests.Host>
{
    private const string Session = "published-jobs";

    private FlowHost Flow => fixture.Flow;

    [Fact]
    public async Task A_job_goes_through_every_operation_in_its_published_form()
    {
        await Flow.LogInAsync(Session);
        Flow.Engine.Api = (_, _) => ScriptedEngine.Succeed("1");
        await AskAsync(HttpMethod.Post, "/jobs", $$$"""
            {"id":"job-1234","payload":[{"parameters":{"a":1},"requestTimeout":10,"retry":{"maximumAttempts":2},"apiName":"hello"}],"configuration":{"retry":{"maximumAttempts":3},"maxConcurrentRequests":2,"requestTimeout":600},"schedule":{"jitter":"6h","intervals":[{"every":"1h"},{"every":3600000}],"calendars":[{"minute":51,"hour":{"start":1,"end":9,"step":2},"dayOfWeek":["MONDAY","TUESDAY"],"month":"*"}]},"sink":null,"proxy":null,"auth_session":{"id":"{{{Session}}}","checkAttempts":3,"createAttempts":3}}
            """, HttpStatusCode.Created, "createJob");
        await AskAsync(HttpMethod.Post, "/jobs", $$$"""
            {"id":"short","payload":[{"parameters":{},"requestTimeout":600,"apiName":"hello"}],"configuration":{"requestTimeout":600},"proxy":"http://u:planted-proxy@proxy.test:1","sink":{"type":"s3","bucket":"b","accessKeyId":"a","secretAccessKey":"s","region":"r","skipOnFail":false},"auth_session":{"id":"{{{Session}}}"}}
            """, HttpStatusCode.Created, "createJob");
        await AskAsync(HttpMethod.Get, "/jobs", null, HttpStatusCode.OK, "getJobs");
        await AskAsync(HttpMethod.Get, "/jobs/job-1234", null, HttpStatusCode.OK, "getJob");
        await AskAsync(HttpMethod.Get, "/jobs/short", null, HttpStatusCode.OK, "getJob");

        await AskAsync(HttpMethod.Put, "/jobs/job-1234", $$$"""
            {"payload":[{"parameters":{},"requestTimeout":600,"apiName":"hello"}],"configuration":{"requestTimeout":600},"sink":{"type":"webhook","url":"https://receiver.test/","headers":{"x":"y"},"skipOnFail":false,"apisToSend":["hello"]},"auth_session":{"id":"{{{Session}}}"}}
            """, HttpStatusCode.OK, "updateJob");
        await AskAsync(HttpMethod.Post, "/jobs/job-1234/pause", null, HttpStatusCode.OK, "pauseJob");
        await AskAsync(HttpMethod.Get, "/jobs", null, HttpStatusCode.OK, "getJobs");
        await AskAsync(HttpMethod.Post, "/jobs/job-1234/trigger", null, HttpStatusCode.BadRequest, "error");
        await AskAsync(HttpMethod.Post, "/jobs/job-1234/resume", null, HttpStatusCode.OK, "resumeJob");

        // One that succeeds, with results, and one that is terminated while it runs, before there are any.
        var succeeded = Text(await AskAsync(HttpMethod.Post, "/jobs/short/trigger", null, HttpStatusCode.OK, "triggerJob"), "jobRunId");
        var done = await Eventually.GetAsync(() => RunAsync("short", succeeded), r => Text(r["jobRun"]!.AsObject(), "status") == "SUCCESS");
        Assert.NotNull(done["results"]);
        Flow.Engine.Api = (_, token) => fixture.Gate.WaitAsync(token).ContinueWith(_ => new ExecutionFinished { Outcome = ExecutionOutcome.Canceled }, TaskScheduler.Default);
        var stopped = Text(await AskAsync(HttpMethod.Post, "/jobs/short/trigger", null, HttpStatusCode.OK, "triggerJob"), "jobRunId");
        var second = Text(await AskAsync(HttpMethod.Post, "/jobs/short/trigger", null, HttpStatusCode.OK, "triggerJob"), "jobRunId");
        Assert.Equal("CANCELED", Text((await RunAsync("short", second))["jobRun"]!.AsObject(), "status"));
        Assert.False((await RunAsync("short", stopped)).ContainsKey("results"));
        for (var i = 0; i < 2; i++)
        {
            await AskAsync(HttpMethod.Post, $"/jobs/short/runs/{stopped}/terminate", null, HttpStatusCode.OK, "terminateJobRun");
        }

        var ended = await RunAsync("short", stopped);
        Assert.Equal("TERMINATED", Text(ended["jobRun"]!.AsObject(), "status"));
        var page = await AskAsync(HttpMethod.Get, "/jobs/short/runs?pageNumber=0&pageSize=10&sortBy=start_time%2Cdesc%2Fstatus%2Casc", null, HttpStatusCode.OK, "getJobRuns");
        Assert.Equal(3, page["totalCount"]!.GetValue<int>());
        Assert.Equal(second, page["jobRuns"]![0]!["id"]!.GetValue<string>());
        await AskAsync(HttpMethod.Get, "/jobs/job-1234/runs", null, HttpStatusCode.OK, "getJobRuns");

        foreach (var id in new[] { "job-1234", "short" })
        {
            using var deleted = await Flow.Client.DeleteAsync($"{Flow.Path}/jobs/{id}");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            Assert.Empty(await deleted.Content.ReadAsStringAsync());
        }
    }

    public static TheoryData<string, string, string?> Operations => new()
    {
        { "GET", "/jobs/unknown", null },
        { "PUT", "/jobs/unknown", """{"payload":[{"apiName":"hello","parameters":{}}],"configuration":{},"auth_session":{"id":"published-jobs"}}""" },
        { "DELETE", "/jobs/unknown", null },
        { "POST", "/jobs/unknown/pause", null },
        { "POST", "/jobs/unknown/resume", null },
        { "POST", "/jobs/unknown/trigger", null },
        { "GET", "/jobs/unknown/runs", null },
        { "GET", "/jobs/unknown/runs/unknown", null },
        { "POST", "/jobs/unknown/runs/unknown/terminate", null },
        { "POST", "/jobs/unknown/runs/unknown/pause", null },
        { "POST", "/jobs/unknown/runs/unknown/resume", null },
        { "GET", "/jobs/unknown/runs/unknown/results", null },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_is_not_there_a_key_that_is_none_and_a_project_of_nobody_are_refused_in_the_published_form(string method, string path, string? body)
    {
        Assert.Equal("not-found", Text(await AskAsync(new HttpMethod(method), path, body, HttpStatusCode.NotFound, "error"), "code"));
        Assert.Equal("not-found", Text(await AskAsync(new HttpMethod(method), path, body, HttpStatusCode.NotFound, "error", project: "nobody"), "code"));
        using var stranger = Flow.App.CreateApiClient("ik_unknown");
        Assert.Equal("unauthorized", Text(await AskAsync(new HttpMethod(method), path, body, HttpStatusCode.Unauthorized, "error", stranger), "code"));
    }

    [Theory]
    [InlineData("POST", "/jobs", "{}", "auth_session,configuration,id,payload")]
    [InlineData("POST", "/jobs", """{"id":"x","payload":{},"configuration":[],"schedule":1,"sink":"s","proxy":2,"auth_session":"a"}""", "auth_session,configuration,payload,proxy,schedule,sink")]
    [InlineData("GET", "/jobs/unknown/runs?pageSize=0&pageNumber=-1&sortBy=name", null, "pageNumber,pageSize,sortBy")]
    [InlineData("DELETE", "/jobs/unknown?force=perhaps", null, "force")]
    public async Task What_is_wrong_is_named_field_by_field(string method, string path, string? body, string fields)
    {
        var error = await AskAsync(new HttpMethod(method), path, body, HttpStatusCode.BadRequest, "error");
        var named = error["details"]!.AsArray().Select(d => d!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        Assert.Equal(fields.Split(','), named);
    }

    [Fact]
    public async Task A_weak_role_reads_jobs_and_changes_none()
    {
        using var viewer = await Flow.App.CreateApiClientAsync(Role.Viewer);
        await AskAsync(HttpMethod.Get, "/jobs", null, HttpStatusCode.OK, "getJobs", viewer);
        await AskAsync(HttpMethod.Post, "/jobs/unknown/trigger", null, HttpStatusCode.Forbidden, "error", viewer);
    }

    private Task<JsonObject> RunAsync(string job, string id) => AskAsync(HttpMethod.Get, $"/jobs/{job}/runs/{id}", null, HttpStatusCode.OK, "getJobRun");

    private Task<JsonObject> AskAsync(
        HttpMethod method, string path, string? body, HttpStatusCode status, string shape, HttpClient? client = null, string project = "flow") =>
        PublishedApiTests.AskAsync(client ?? Flow.Client, method, Flow.App.ProjectPath(project) + path, body, status, shape);

    private static string Text(JsonObject answer, string name) => answer[name]!.GetValue<string>();
}
