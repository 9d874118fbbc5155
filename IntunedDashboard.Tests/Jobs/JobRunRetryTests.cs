using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>What failed in a JobRun is run again as a JobRun of its own.</summary>
public sealed class JobRunRetryTests : IAsyncLifetime
{
    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync(
        authSessions: false, new Dictionary<string, string> { ["Node:BrowserSlots"] = "4" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Only_the_failed_items_come_again_with_their_own_values_and_what_was_extended()
    {
        Engine.Api = (request, _) => Task.FromResult(new ExecutionFinished
        {
            Outcome = Number(request) % 2 == 0 ? ExecutionOutcome.Failed : ExecutionOutcome.Succeeded,
            Error = Number(request) % 2 == 0 ? new ExecutionError { Code = "script-execution-exception", Message = "no" } : null,
            ExtendedPayloads = Number(request) == 1 ? [new ExtendedPayload("hello", """{"n":10}""")] : [],
        });
        var job = Job("partly", 5);
        job["payload"]![3]!["requestTimeout"] = 7;
        var first = await _host.RunJobAsync(job);
        Assert.Equal((6, 3, 3), Counts(first));
        Assert.False(first.ContainsKey("retry_of"));

        // What was mended in the Job counts, but its new payload does not.
        var changed = Job("partly", 9);
        changed["configuration"]!["requestTimeout"] = 99;
        await _host.SendAsync(HttpMethod.Put, "/jobs/partly", changed);
        Engine.Reset();
        var id = await RetryAsync("partly", Text(first, "id"));
        var second = await _host.JobRunAsync("partly", id, "SUCCESS");

        Assert.Equal((3, 3, 0), Counts(second));
        Assert.Equal((Text(first, "id"), "MANUAL"), (Text(second, "retry_of"), Text(second, "type")));
        Assert.Equal([2, 4, 10], Engine.Requests.Select(Number).Order());
        Assert.Equal([7, 99, 99], Engine.Requests.Select(r => (int)r.Timeout.TotalSeconds).Order());
        Assert.Equal(99, second["job_configuration_snapshot"]!["configuration"]!["requestTimeout"]!.GetValue<int>());
        Assert.Equal((6, 3, 3), Counts(await _host.JobRunAsync("partly", Text(first, "id"))));
        await using var db = await _host.OpenDatabaseAsync();
        Assert.Equal([0, 1, 2], await db.Set<JobRunItem>()
            .Where(i => db.Set<JobRun>().Any(r => r.Seq == i.JobRunSeq && r.Id == id)).Select(i => i.Position).Order().ToListAsync());
    }

    [Fact]
    public async Task What_failed_again_can_be_retried_again()
    {
        Engine.Api = (_, _) => ScriptedEngine.Throw("no");
        var first = await _host.RunJobAsync(Job("stubborn", 2));
        Engine.Api = (request, _) => Number(request) == 1 ? ScriptedEngine.Throw("no") : ScriptedEngine.Succeed();
        var second = await _host.JobRunAsync("stubborn", await RetryAsync("stubborn", Text(first, "id")), "SUCCESS");
        Assert.Equal((2, 1, 1), Counts(second));
        Engine.Reset();
        var third = await _host.JobRunAsync("stubborn", await RetryAsync("stubborn", Text(second, "id")), "SUCCESS");

        Assert.Equal((1, 1, 0), Counts(third));
        Assert.Equal(Text(second, "id"), Text(third, "retry_of"));
    }

    [Fact]
    public async Task A_retry_beside_an_active_JobRun_is_recorded_as_canceled()
    {
        Engine.Api = (_, _) => ScriptedEngine.Throw("no");
        var first = await _host.RunJobAsync(Job("overlapping-retry", 1));
        using var gate = new Gate(Engine);
        var active = await _host.TriggerAsync("overlapping-retry");
        var answer = await _host.SendAsync(
            HttpMethod.Post, $"/jobs/overlapping-retry/runs/{Text(first, "id")}/retry", expected: HttpStatusCode.Created);

        Assert.StartsWith("Canceled: ", Text(answer, "message"), StringComparison.Ordinal);
        var canceled = await _host.JobRunAsync("overlapping-retry", Text(answer, "jobRunId"));
        Assert.Equal(("CANCELED", "another-job-run-active"), (Text(canceled, "status"), Text(canceled["reason"]!, "type")));
        gate.Open();
        await _host.JobRunAsync("overlapping-retry", active, "SUCCESS");
    }

    [Fact]
    public async Task It_is_refused_when_nothing_failed_and_while_the_job_is_paused_or_leaves()
    {
        var good = await _host.RunJobAsync(Job("all-well", 1));
        Assert.Contains("has failed", await RefusalAsync("all-well", Text(good, "id")), StringComparison.Ordinal);

        Engine.Api = (_, _) => ScriptedEngine.Throw("no");
        var bad = await _host.RunJobAsync(Job("not-now", 1));
        await _host.SendAsync(HttpMethod.Post, "/jobs/not-now/pause");
        Assert.Contains("is paused", await RefusalAsync("not-now", Text(bad, "id")), StringComparison.Ordinal);
        await _host.SendAsync(HttpMethod.Post, "/jobs/not-now/resume");

        // The deployment names no Job, so one that a file defined is on its way out.
        await using (var db = await _host.OpenDatabaseAsync())
        {
            await db.Set<Job>().Where(j => j.Id == "not-now").ExecuteUpdateAsync(set => set.SetProperty(j => j.Origin, JobOrigin.Code));
        }

        Assert.Contains("does not define Job not-now any more", await RefusalAsync("not-now", Text(bad, "id")), StringComparison.Ordinal);
        await _host.SendAsync(HttpMethod.Post, "/jobs/not-now/runs/none/retry", expected: HttpStatusCode.NotFound);
    }

    private async Task<string> RetryAsync(string jobId, string jobRunId)
    {
        var answer = await _host.SendAsync(HttpMethod.Post, $"/jobs/{jobId}/runs/{jobRunId}/retry", expected: HttpStatusCode.Created);
        Assert.Equal("Retried", Text(answer, "message"));
        return Text(answer, "jobRunId");
    }

    private async Task<string> RefusalAsync(string jobId, string jobRunId) =>
        Text(await _host.SendAsync(HttpMethod.Post, $"/jobs/{jobId}/runs/{jobRunId}/retry", expected: HttpStatusCode.Conflict), "message");

    private static int Number(ExecutionRequest request) => JsonNode.Parse(request.ParametersJson)!["n"]!.GetValue<int>();
}
