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
        Assert.Matches($"(?m)^{id} +ACTIVE +2", (await Jobs("list")).Succeeded().Output);

        (await Jobs("pause", id)).Succeeded();
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

    [Theory]
    [InlineData("payload", "create", """{"id": "no-payload", "configuration": {}}""")]
    [InlineData("was not found", "update", "missing", "{}")]
    [InlineData("was not found", "trigger", "missing")]
    public async Task What_is_wrong_is_said_in_one_line(string expected, params string[] args) =>
        Assert.Contains(expected, (await host.ToolInProject().RunAsync(["platform", "jobs", .. args])).Failed(), StringComparison.Ordinal);
}
