using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Runs.Scheduling;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>A JobRun from its start to its end, in a project without logins.</summary>
public sealed class JobRunTests : IAsyncLifetime
{
    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync(
        authSessions: false, new Dictionary<string, string> { ["Node:BrowserSlots"] = "4" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [DataFact]
    public async Task Every_item_becomes_a_run_and_the_JobRun_succeeds()
    {
        Engine.Api = (request, _) => Number(request) % 5 == 0 ? ScriptedEngine.Throw("no") : ScriptedEngine.Succeed(request.ParametersJson);
        var jobRun = await _host.RunJobAsync(Job("all-items", 20, attempts: 2));

        Assert.Equal(("SUCCESS", "MANUAL"), (Text(jobRun, "status"), Text(jobRun, "type")));
        Assert.Equal((20, 16, 4), Counts(jobRun));
        Assert.NotNull(jobRun["end_time"]);
        Assert.Null(jobRun["reason"]);
        Assert.Equal(2, jobRun["job_configuration_snapshot"]!["configuration"]!["retry"]!["maximumAttempts"]!.GetValue<int>());
        var runs = await _host.RunsOfAsync(Text(jobRun, "id"));
        Assert.Equal(20, runs.Count);
        Assert.All(runs, run => Assert.Equal("all-items", Text(run, "jobId")));
        Assert.Equal(24, Engine.Count(FunctionKind.Api));
        Assert.Equal(4, runs.Count(r => Text(r, "status") == "failed" && r["attempts"]!.GetValue<int>() == 2));
        Assert.NotNull((await _host.GetAsync("/jobs/all-items"))["last_run_time"]);
    }

    [DataFact]
    public async Task No_more_runs_at_once_than_the_job_allows()
    {
        var (now, most) = (0, 0);
        var isTwo = new TaskCompletionSource();
        Engine.Api = async (_, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            if (most > 1)
            {
                isTwo.TrySetResult();
            }

            // The first waits for the second; the time after that is a third one's chance to be too many.
            await isTwo.Task.WaitAsync(TimeSpan.FromSeconds(30), token);
            await Task.Delay(20, token);
            Interlocked.Decrement(ref now);
            return await ScriptedEngine.Succeed();
        };
        var jobRun = await _host.RunJobAsync(Job("two-at-once", 12, atOnce: 2));

        Assert.Equal("SUCCESS", Text(jobRun, "status"));
        Assert.Equal(2, most);
    }

    [DataFact]
    public async Task An_items_own_attempts_and_timeout_go_before_the_jobs()
    {
        Engine.Api = (_, _) => ScriptedEngine.Throw("no");
        var job = Job("own-values", 2, attempts: 1);
        job["payload"]![1]!["retry"] = new JsonObject { ["maximumAttempts"] = 3 };
        job["payload"]![1]!["requestTimeout"] = 7;
        var jobRun = await _host.RunJobAsync(job);

        var runs = await _host.RunsOfAsync(Text(jobRun, "id"));
        Assert.Equal([1, 3], runs.Select(r => r["attempts"]!.GetValue<int>()).Order());
        Assert.Equal(3, Engine.Requests.Count(r => r.Timeout == TimeSpan.FromSeconds(7)));
    }

    [DataFact]
    public async Task A_second_trigger_is_recorded_as_canceled_because_another_JobRun_is_active()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("overlapping", 1));
        var first = await _host.TriggerAsync("overlapping");
        var second = await _host.JobRunAsync("overlapping", await _host.TriggerAsync("overlapping"));

        Assert.Equal("CANCELED", Text(second, "status"));
        Assert.Equal("another-job-run-active", Text(second["reason"]!, "type"));
        Assert.Contains(first, Text(second["reason"]!, "message"), StringComparison.Ordinal);
        Assert.NotNull(second["end_time"]);
        gate.Open();
        await _host.JobRunAsync("overlapping", first, "SUCCESS");
        var page = await _host.GetAsync("/jobs/overlapping/runs");
        Assert.Equal(2, page["totalCount"]!.GetValue<int>());
    }

    [DataFact]
    public async Task Extended_payloads_are_appended_once_when_their_item_succeeds()
    {
        Engine.Api = (request, _) => Task.FromResult(new ExecutionFinished
        {
            Outcome = Number(request) == 2 ? ExecutionOutcome.Failed : ExecutionOutcome.Succeeded,
            Error = Number(request) == 2 ? new ExecutionError { Code = "script-execution-exception", Message = "no" } : null,
            ExtendedPayloads = Number(request) is 1 or 2
                ? [new ExtendedPayload("hello", """{"n":10}"""), new ExtendedPayload("hello", """{"n":11}""")]
                : [],
        });
        var jobRun = await _host.RunJobAsync(Job("crawl", 3));

        Assert.Equal("SUCCESS", Text(jobRun, "status"));
        Assert.Equal((5, 4, 1), Counts(jobRun));
        Assert.Equal([1, 2, 3, 10, 11], Engine.Requests.Select(Number).Order());
    }

    [DataFact]
    public async Task Terminating_stops_what_runs_and_starts_nothing_more()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("long-job", 10, atOnce: 2));
        var id = await _host.TriggerAsync("long-job");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 2);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/long-job/runs/{id}/terminate");

        var jobRun = await _host.JobRunAsync("long-job", id);
        Assert.Equal(("TERMINATED", "terminated"), (Text(jobRun, "status"), Text(jobRun["reason"]!, "type")));
        var runs = await Eventually.GetAsync(() => _host.RunsOfAsync(id), runs => runs.All(r => Text(r, "status") == "canceled"));
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run => Assert.Equal("job-run-terminated", Text(run["reason"]!, "type")));
        Assert.Equal((10, 0, 0), Counts(await _host.JobRunAsync("long-job", id)));
        await _host.SendAsync(HttpMethod.Post, $"/jobs/long-job/runs/{id}/terminate");
        Assert.Equal("TERMINATED", Text(await _host.JobRunAsync("long-job", id), "status"));
    }

    [DataFact]
    public async Task Pausing_a_JobRun_lets_what_runs_finish_and_resuming_goes_on_with_the_rest()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("pausing", 6, atOnce: 2));
        var id = await _host.TriggerAsync("pausing");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 2);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/pausing/runs/{id}/pause");
        var draining = await _host.JobRunAsync("pausing", id);
        Assert.Equal(("PAUSING", "user-request"), (Text(draining, "status"), Text(draining["reason"]!, "type")));

        gate.Open();
        var paused = await _host.JobRunAsync("pausing", id, "PAUSED");
        Assert.Equal((6, 2, 0), Counts(paused));
        Assert.Null(paused["end_time"]);
        var refused = await _host.SendAsync(HttpMethod.Post, $"/jobs/pausing/runs/{id}/pause", expected: HttpStatusCode.Conflict);
        Assert.Contains("PAUSED", Text(refused, "message"), StringComparison.Ordinal);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/pausing/runs/{id}/resume");
        var ended = await _host.JobRunAsync("pausing", id, "SUCCESS");
        Assert.Equal((6, 6, 0), Counts(ended));
        Assert.Null(ended["reason"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], Engine.Requests.Select(Number).Order());
        await _host.SendAsync(HttpMethod.Post, $"/jobs/pausing/runs/{id}/resume", expected: HttpStatusCode.Conflict);
    }

    [DataFact]
    public async Task Pausing_the_job_pauses_its_JobRun_and_resuming_it_resumes_both()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("whole-job", 4, atOnce: 1));
        var id = await _host.TriggerAsync("whole-job");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, "/jobs/whole-job/pause");
        gate.Open();
        await _host.JobRunAsync("whole-job", id, "PAUSED");
        await _host.SendAsync(HttpMethod.Post, $"/jobs/whole-job/runs/{id}/resume", expected: HttpStatusCode.Conflict);
        await _host.SendAsync(HttpMethod.Post, "/jobs/whole-job/resume");
        Assert.Equal((4, 4, 0), Counts(await _host.JobRunAsync("whole-job", id, "SUCCESS")));
    }

    [DataFact]
    public async Task A_run_that_a_person_cancels_counts_neither_as_success_nor_as_failure()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("one-canceled", 2, atOnce: 1));
        var id = await _host.TriggerAsync("one-canceled");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        var run = (await _host.RunsOfAsync(id)).Single();
        await _host.SendAsync(HttpMethod.Post, $"/runs/{Text(run, "runId")}/cancel");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 2);
        gate.Open();
        Assert.Equal((2, 1, 0), Counts(await _host.JobRunAsync("one-canceled", id, "SUCCESS")));
    }

    [DataFact]
    public async Task Two_jobs_take_turns()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("first-job", 12));
        await _host.CreateJobAsync(Job("second-job", 12));
        var first = await _host.TriggerAsync("first-job");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 4);
        var second = await _host.TriggerAsync("second-job");
        gate.Open();
        await _host.JobRunAsync("first-job", first, "SUCCESS");
        await _host.JobRunAsync("second-job", second, "SUCCESS");

        // After the four that ran already, the two alternate as long as both have items.
        var order = Engine.Requests.Skip(4).Take(16).Select(r => r.JobId).ToList();
        Assert.Equal(8, order.Count(id => id == "second-job"));
    }

    [DataFact]
    public async Task A_person_goes_before_a_job()
    {
        using var gate = new SemaphoreSlim(0);
        Engine.Api = async (_, token) =>
        {
            await gate.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        await _host.CreateJobAsync(Job("busy-job", 12));
        var id = await _host.TriggerAsync("busy-job");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 4);
        var mine = await _host.StartRunAsync();

        // The dispatcher waits for the next item, and the Run as well once the scheduler has taken it.
        var slots = _host.App.Services.GetRequiredService<BrowserSlots>();
        await Eventually.TrueAsync(() => slots.Waiting == 2);

        // One of the four ends, so there is a place for one of the two.
        gate.Release();
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 5);
        Assert.Null(Engine.Requests[^1].JobId);
        gate.Release(12);
        await _host.EndAsync(mine);
        await _host.JobRunAsync("busy-job", id, "SUCCESS");
    }

    [DataFact]
    public async Task JobRuns_are_listed_in_pages_and_sorted()
    {
        await _host.CreateJobAsync(Job("listed", 1));
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await _host.TriggerAsync("listed"));
            await _host.JobRunAsync("listed", ids[^1], "SUCCESS");
        }

        var page = await _host.GetAsync("/jobs/listed/runs?pageSize=2&pageNumber=1&sortBy=start_time%2Cdesc%2Fstatus%2Casc");
        Assert.Equal(3, page["totalCount"]!.GetValue<int>());
        Assert.Equal([ids[0]], page["jobRuns"]!.AsArray().Select(r => Text(r!, "id")));
        var ascending = await _host.GetAsync("/jobs/listed/runs?sortBy=created_at,asc");
        Assert.Equal(ids, ascending["jobRuns"]!.AsArray().Select(r => Text(r!, "id")));
        foreach (var query in new[] { "pageSize=0", "pageNumber=-1", "sortBy=color,asc", "sortBy=status,up" })
        {
            var refused = await _host.SendAsync(HttpMethod.Get, $"/jobs/listed/runs?{query}", expected: HttpStatusCode.BadRequest);
            Assert.Equal(query.Split('=')[0], Text(refused["details"]![0]!, "path"));
        }
    }

    [DataFact]
    public async Task Results_are_lines_in_the_order_of_the_ends_and_the_signed_link_needs_no_key()
    {
        Engine.Api = (request, _) => Number(request) == 2 ? ScriptedEngine.Throw("no row") : ScriptedEngine.Succeed("""{"rows":[1]}""");
        await _host.CreateJobAsync(Job("with-results", 3, atOnce: 1));
        var id = await _host.TriggerAsync("with-results");
        await _host.JobRunAsync("with-results", id, "SUCCESS");
        var detail = await _host.GetAsync($"/jobs/with-results/runs/{id}");
        Assert.Equal("jsonl", Text(detail["results"]!, "format"));

        using var stranger = new HttpClient();
        var linked = await stranger.GetStringAsync(Text(detail["results"]!, "signed_url"));
        Assert.Equal(await _host.Client.GetStringAsync($"{_host.Path}/jobs/with-results/runs/{id}/results"), linked);
        var lines = linked.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        Assert.Equal([1, 2, 3], lines.Select(l => l["apiInfo"]!["parameters"]!["n"]!.GetValue<int>()));
        var (done, failed) = (lines[0]["apiInfo"]!.AsObject(), lines[1]["apiInfo"]!.AsObject());
        Assert.Equal("""{"rows":[1]}""", done["result"]!["output"]!.ToJsonString());
        Assert.Empty(done["result"]!["extendedPayloads"]!.AsArray());
        Assert.True(done["error"] is null && done["reason"] is null);
        Assert.Null(failed["result"]);
        Assert.Equal("api-attempts-failed", Text(failed["error"]!, "code"));
        Assert.Equal(1, failed["error"]!["details"]!["attempts_count"]!.GetValue<int>());
        Assert.Equal("with-results", Text(lines[0]["projectJob"]!, "id"));
        Assert.Equal(id, Text(lines[0]["projectJobRun"]!, "id"));
        Assert.Equal("flow", Text(lines[0]["project"]!, "name"));
        using var broken = await stranger.GetAsync(Text(detail["results"]!, "signed_url") + "x");
        Assert.Equal(HttpStatusCode.NotFound, broken.StatusCode);
    }

    [DataFact]
    public async Task Results_that_are_followed_come_while_the_JobRun_goes_on()
    {
        using var gate = new Gate(Engine, after: 1);
        await _host.CreateJobAsync(Job("followed", 2, atOnce: 1));
        var id = await _host.TriggerAsync("followed");
        await using var stream = await _host.Client.GetStreamAsync($"{_host.Path}/jobs/followed/runs/{id}/results?follow=true");
        using var reader = new StreamReader(stream);
        var first = JsonNode.Parse((await reader.ReadLineAsync())!)!;
        Assert.Equal(1, first["apiInfo"]!["parameters"]!["n"]!.GetValue<int>());
        gate.Open();
        Assert.NotNull(await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [DataFact]
    public async Task A_platform_that_fails_again_and_again_fails_the_JobRun()
    {
        Engine.SetAvailability(new BrowserAvailability(IsAvailable: false, IsInstalling: false, "Install chromium."));
        var jobRun = await _host.RunJobAsync(Job("no-browser", 50, atOnce: 1));

        Assert.Equal("FAILURE", Text(jobRun, "status"));
        Assert.Equal(("internal-server-error", "infrastructure"), (Text(jobRun["error"]!, "code"), Text(jobRun["error"]!, "category")));
        Assert.Contains("Install chromium.", Text(jobRun["error"]!, "message"), StringComparison.Ordinal);
        Assert.Equal((50, 0, 3), Counts(jobRun));
    }

    [DataFact]
    public async Task A_job_with_an_active_JobRun_is_deleted_only_with_force_and_so_is_its_project()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job("active-job", 4));
        await _host.TriggerAsync("active-job");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 4);
        await _host.SendAsync(HttpMethod.Delete, "/jobs/active-job", expected: HttpStatusCode.Conflict);
        using var refused = await _host.Client.DeleteAsync(_host.Path);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using var deleted = await _host.Client.DeleteAsync($"{_host.Path}/jobs/active-job?force=true");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Eventually.TrueAsync(() => Engine.OpenLeases == 0);

        await _host.CreateJobAsync(Job("another-job", 4));
        await _host.TriggerAsync("another-job");
        using var gone = await _host.Client.DeleteAsync($"{_host.Path}?force=true");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await using var db = await _host.OpenDatabaseAsync();
        Assert.Empty(db.Set<IntunedDashboard.Jobs.Job>());
        Assert.Empty(db.Set<IntunedDashboard.Jobs.JobRun>());
    }

    private static int Number(ExecutionRequest request) => JsonNode.Parse(request.ParametersJson)!["n"]!.GetValue<int>();
}

/// <summary>Holds API functions back until it is opened.</summary>
public sealed class Gate : IDisposable
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="after">So many go through at once.</param>
    public Gate(ScriptedEngine engine, int after = 0)
    {
        var through = 0;
        engine.Api = async (_, token) =>
        {
            if (Interlocked.Increment(ref through) > after)
            {
                await _open.Task.WaitAsync(token);
            }

            return await ScriptedEngine.Succeed();
        };
    }

    public void Open() => _open.TrySetResult();

    public void Dispose() => Open();
}
