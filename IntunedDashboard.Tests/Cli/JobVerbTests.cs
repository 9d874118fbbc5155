using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class JobVerbTests(CliHost host)
{
    [Fact]
    public async Task A_Job_is_made_changed_triggered_and_its_results_are_saved()
    {
        var session = await host.LogInAsync();
        var tool = host.ToolInProject();
        var id = $"job-{Guid.NewGuid():N}";
        var job = JobHost.Job("unused", items: 2, session);
        job.Remove("id");
        job["sink"] = new JsonObject
        {
            ["type"] = "s3", ["bucket"] = "b", ["region"] = "r", ["accessKeyId"] = "planted-key-id", ["secretAccessKey"] = "planted-secret-key",
        };
        job["schedule"] = null;
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, $"{id}.job.jsonc"), $"// a Job as code\n{job}");
        Task<ToolResult> Jobs(params string[] args) => tool.RunAsync(["platform", "jobs", .. args]);

        Assert.Equal("created", (await Jobs("create", $"{id}.job.jsonc", "--json")).Succeeded().Json["message"]!.GetValue<string>());
        (await Jobs("update", id, """{"configuration": {"retry": {"maximumAttempts": 1}, "maxConcurrentRequests": 1}}""")).Succeeded();
        var got = (await Jobs("get", id, "--json")).Succeeded();
        Assert.Equal(1, got.Json["configuration"]!["retry"]!["maximumAttempts"]!.GetValue<int>());
        Assert.Equal(2, got.Json["payload"]!.AsArray().Count);
        Assert.Equal("s3", got.Json["sink"]!["type"]!.GetValue<string>());
        Assert.DoesNotContain("planted-", got.Output, StringComparison.Ordinal);
        Assert.Matches($"(?m)^{id} +ACTIVE +API +2", (await Jobs("list")).Succeeded().Output);

        (await Jobs("pause", id)).Succeeded();
        Assert.Contains(id, (await Jobs("list", "-f", "state=PAUSED", "-f", $"id={id}", "--json")).Succeeded().Json.AsArray().Select(j => JobHost.Text(j!, "id")));
        Assert.Empty((await Jobs("list", "-f", "state=ACTIVE", "-f", $"id={id}", "--json")).Succeeded().Json.AsArray());
        Assert.Contains("paused", (await Jobs("trigger", id)).Failed(), StringComparison.OrdinalIgnoreCase);
        (await Jobs("resume", id)).Succeeded();
        (await Jobs("update", id, """{"sink": null}""")).Succeeded();
        var jobRun = (await Jobs("trigger", id, "--json")).Succeeded().Json["jobRunId"]!.GetValue<string>();
        await host.Flow.JobRunAsync(id, jobRun, "SUCCESS", "COMPLETED");

        var shown = (await tool.RunAsync("platform", "jobruns", "get", jobRun, "--json")).Succeeded().Json;
        Assert.Equal(2, shown["successful_runs"]!.GetValue<int>());
        Assert.Matches($"(?m)^{jobRun} +(SUCCESS|COMPLETED) ", (await tool.RunAsync("platform", "jobruns", "list", id, "-l", "3")).Succeeded().Output);
        (await tool.RunAsync("platform", "jobruns", "results", jobRun)).Succeeded();
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(tool.Directory, $"results_{jobRun}.jsonl"))).Length);
        Assert.Contains("ended already", (await tool.RunAsync("platform", "jobruns", "terminate", jobRun)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("(409 ", (await tool.RunAsync("platform", "jobruns", "pause", jobRun)).Failed(), StringComparison.Ordinal);

        Assert.Contains("give --yes", (await Jobs("delete", id)).Failed(), StringComparison.Ordinal);
        (await Jobs("delete", id, "-y")).Succeeded();
        Assert.Contains("404", (await Jobs("get", id)).Failed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_JobRun_that_goes_on_can_be_paused_resumed_and_terminated()
    {
        var session = await host.LogInAsync();
        var never = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => never.Task);
        var tool = host.ToolInProject();
        var id = $"job-{Guid.NewGuid():N}";
        await host.Flow.CreateJobAsync(JobHost.Job(id, items: 2, session, atOnce: 1));
        var jobRun = await host.Flow.TriggerAsync(id);
        await Eventually.TrueAsync(() => host.Engine.Requests.Any(r => r.Kind == FunctionKind.Api && r.JobRunId == jobRun));

        Assert.Equal($"JobRun {jobRun}: Paused\n", (await tool.RunAsync("platform", "jobruns", "pause", jobRun)).Succeeded().Output);
        (await tool.RunAsync("platform", "jobruns", "terminate", jobRun)).Succeeded();
        await host.Flow.JobRunAsync(id, jobRun, "TERMINATED");
        Assert.Equal("There is no JobRun missing.", (await tool.RunAsync("platform", "jobruns", "get", "missing")).Failed());
    }

    [Fact]
    public async Task Triggering_waits_for_the_end_and_fails_when_an_item_does()
    {
        var session = await host.LogInAsync();
        var tool = host.ToolInProject();
        var id = await MakeJobAsync(session);

        var waited = (await tool.RunAsync("platform", "jobs", "trigger", id, "--wait", "2m", "--json")).Succeeded();
        Assert.Equal(("SUCCESS", 2), (JobHost.Text(waited.Json, "status"), waited.Json["successful_runs"]!.GetValue<int>()));
        var first = JobHost.Text(waited.Json, "id");
        Assert.Contains($"JobRun {first}: ", waited.Errors, StringComparison.Ordinal);

        var number = 0;
        ToolResult failed;
        using (host.AnswerApi(() => Interlocked.Increment(ref number) == 1 ? ScriptedEngine.Throw("no such order") : ScriptedEngine.Succeed("1")))
        {
            failed = await tool.RunAsync("platform", "jobs", "trigger", id, "--wait");
        }

        Assert.Matches("(?m)^Status +SUCCESS$", failed.Output);
        var line = failed.Failed();
        Assert.StartsWith("1 of 2 items of JobRun ", line, StringComparison.Ordinal);
        var more = line[line.IndexOf("intuned ", StringComparison.Ordinal)..].Split(' ')[1..];
        Assert.Matches("(?m) FAILED +hello ", (await tool.RunAsync(more)).Succeeded().Output);
        var second = line.Split(' ')[6];

        var shown = (await tool.RunAsync("platform", "jobruns", "list", id, "--json")).Succeeded().Json.AsArray();
        Assert.Equal([second, first], shown.Select(r => JobHost.Text(r!, "id")));
        foreach (var (filter, expected) in ((string, string[])[]) [("status=SUCCESS,FAILURE", [second, first]), ($"id={first}", [first]), ("type=SCHEDULED", []), ("started_at>2999-01-01", [])])
        {
            var filtered = (await tool.RunAsync("platform", "jobruns", "list", id, "-f", filter, "--json")).Succeeded().Json.AsArray();
            Assert.Equal(expected, filtered.Select(r => JobHost.Text(r!, "id")));
        }

        Assert.Contains("no filter field reason", (await tool.RunAsync("platform", "jobruns", "list", id, "-f", "reason=x")).Failed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_items_are_run_again_and_waited_for()
    {
        var session = await host.LogInAsync();
        var tool = host.ToolInProject();
        var id = await MakeJobAsync(session);
        var number = 0;
        string jobRun;
        using (host.AnswerApi(() => Interlocked.Increment(ref number) == 1 ? ScriptedEngine.Throw("no such order") : ScriptedEngine.Succeed("1")))
        {
            jobRun = JobHost.Text((await tool.RunAsync("platform", "jobs", "trigger", id, "--wait", "--json")).Json, "id");
        }

        var retried = (await tool.RunAsync("platform", "jobruns", "retry", jobRun, "--wait", "2m", "--json")).Succeeded().Json;
        Assert.Equal(("SUCCESS", 1, jobRun), (JobHost.Text(retried, "status"), retried["payloads"]!.GetValue<int>(), JobHost.Text(retried, "retry_of")));
        Assert.Contains("(409 ", (await tool.RunAsync("platform", "jobruns", "retry", JobHost.Text(retried, "id"))).Failed(), StringComparison.Ordinal);
        Assert.Contains(" is ", (await tool.RunAsync("platform", "jobruns", "retry", jobRun)).Succeeded().Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Ctrl_C_leaves_the_JobRun_running_and_a_second_one_beside_it_is_told_as_canceled()
    {
        var session = await host.LogInAsync();
        var end = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => end.Task);
        var tool = host.ToolInProject();
        var id = await MakeJobAsync(session);

        var line = (await tool.InterruptAsync("PENDING, 0 of 2 items", "platform", "jobs", "trigger", id, "--wait")).Failed();

        var jobRun = line.Split(' ')[3];
        Assert.Equal($"Stopped waiting. JobRun {jobRun} goes on. See: intuned platform jobruns get {jobRun} -p flow", line);
        Assert.Contains("another-job-run-active", (await tool.RunAsync("platform", "jobs", "trigger", id)).Failed(), StringComparison.Ordinal);
        Assert.Contains("has not ended within 100 ms", (await tool.RunAsync("platform", "jobruns", "get", jobRun, "--wait", "100ms")).Failed(), StringComparison.Ordinal);
        Assert.Contains("(409 ", (await tool.RunAsync("platform", "jobs", "delete", id, "-y")).Failed(), StringComparison.Ordinal);
        end.SetResult(await ScriptedEngine.Succeed("1"));
        Assert.Matches("(?m)^Succeeded +2$", (await tool.RunAsync("platform", "jobruns", "get", jobRun, "--wait")).Succeeded().Output);
    }

    [Fact]
    public async Task A_JobRun_without_a_login_ends_the_wait_and_says_why_and_force_deletes_the_job_with_it()
    {
        var tool = host.ToolInProject();
        var never = await MakeJobAsync(await host.LogInAsync());
        using (host.AnswerCheck(ScriptedEngine.SayNo))
        {
            var canceled = await tool.RunAsync("platform", "jobs", "trigger", never, "--wait", "--json");
            Assert.Contains("(auth-session-validate-dependency-failed)", canceled.Failed(), StringComparison.Ordinal);
            Assert.Equal("CANCELED", JobHost.Text(canceled.Json, "status"));
        }

        var id = await MakeJobAsync(await host.LogInAsync());
        var number = 0;
        using (host.AnswerCheck(() => Interlocked.Increment(ref number) == 1 ? ScriptedEngine.Succeed() : ScriptedEngine.SayNo()))
        {
            var paused = await tool.RunAsync("platform", "jobs", "trigger", id, "--wait", "--json");
            Assert.Contains("(auth-session-invalid-mid-job)", paused.Failed(), StringComparison.Ordinal);
            Assert.Equal("PAUSED", JobHost.Text(paused.Json, "status"));
        }

        (await tool.RunAsync("platform", "jobs", "delete", id, "-y", "--force")).Succeeded();
        Assert.Contains("404", (await tool.RunAsync("platform", "jobs", "get", id)).Failed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Job_as_code_comes_with_its_deployment_and_is_changed_by_its_file_only()
    {
        var tool = host.Tool();
        ProjectArchive.Minimal()
            .With("Intuned.jsonc", """{ "version": "2.0", "projectName": "coded" }""")
            .With("intuned-resources/jobs/nightly.job.jsonc", """{ "configuration": {}, /* of the night */ "payload": [{ "apiName": "hello", "parameters": {} }] }""")
            .WriteTo(tool.Directory);

        Assert.Contains("Job nightly: created\n", (await tool.RunAsync("dev", "deploy")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^nightly +ACTIVE +CODE +1 ", (await tool.RunAsync("platform", "jobs", "list", "-f", "origin=CODE")).Succeeded().Output);
        Assert.Contains("change its file", (await tool.RunAsync("platform", "jobs", "update", "nightly", "{}")).Failed(), StringComparison.Ordinal);
        Assert.Contains("change its file", (await tool.RunAsync("platform", "jobs", "delete", "nightly", "-y", "--force")).Failed(), StringComparison.Ordinal);

        File.Delete(Path.Combine(tool.Directory, "intuned-resources", "jobs", "nightly.job.jsonc"));
        Assert.Contains("Job nightly: deleted\n", (await tool.RunAsync("dev", "deploy")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("payload", "create", """{"id": "no-payload", "configuration": {}}""")]
    [InlineData("was not found", "update", "missing", "{}")]
    [InlineData("was not found", "trigger", "missing")]
    public async Task What_is_wrong_is_said_in_one_line(string expected, params string[] args) =>
        Assert.Contains(expected, (await host.ToolInProject().RunAsync(["platform", "jobs", .. args])).Failed(), StringComparison.Ordinal);

    private async Task<string> MakeJobAsync(string session)
    {
        var id = $"job-{Guid.NewGuid():N}";
        await host.Flow.CreateJobAsync(JobHost.Job(id, items: 2, session));
        return id;
    }
}
