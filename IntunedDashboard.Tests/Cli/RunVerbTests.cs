using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class RunVerbTests(CliHost host)
{
    [Fact]
    public async Task A_Run_is_started_waited_for_and_found_again()
    {
        var session = await host.LogInAsync();
        var tool = host.ToolInProject();

        var waited = (await tool.RunAsync("platform", "runs", "start", Data(session), "--wait", "--json")).Succeeded();

        Assert.Equal("COMPLETED", waited.Json["status"]!.GetValue<string>());
        Assert.True(waited.Json["result"]!["ok"]!.GetValue<bool>());
        var runId = waited.Json["runId"]!.GetValue<string>();
        Assert.Contains($"Run {runId}: ", waited.Errors, StringComparison.Ordinal);

        var got = (await tool.RunAsync("platform", "runs", "get", runId, "--json")).Succeeded().Json;
        Assert.Equal("COMPLETED", got["status"]!.GetValue<string>());
        Assert.Equal("hello", got["api_name"]!.GetValue<string>());
        Assert.Equal("API", got["run_type"]!.GetValue<string>());
        Assert.Equal(session, got["auth_session_id"]!.GetValue<string>());
        Assert.Equal(1, got["input"]!["parameters"]!["page"]!.GetValue<int>());
        Assert.True(got["result"]!["output"]!["ok"]!.GetValue<bool>());
        Assert.Single(got["attempts"]!.AsArray());

        var text = (await tool.RunAsync("platform", "runs", "get", runId)).Succeeded().Output;
        Assert.Matches("(?m)^Status +COMPLETED$", text);
        Assert.Contains("\"ok\": true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_waiting_it_answers_at_once_and_the_Run_can_be_canceled()
    {
        var session = await host.LogInAsync();
        var never = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => never.Task);
        var tool = host.Tool();

        var started = (await tool.RunWithInputAsync(Data(session), "platform", "runs", "start", "@-", "-p", "flow", "--json")).Succeeded();

        Assert.Equal("PENDING", started.Json["status"]!.GetValue<string>());
        var runId = started.Json["runId"]!.GetValue<string>();
        (await tool.RunAsync("platform", "runs", "cancel", runId, "-p", "flow")).Succeeded();
        Assert.Equal("canceled", (await host.Flow.EndAsync(runId))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_Run_that_fails_makes_the_command_fail_and_says_why()
    {
        var session = await host.LogInAsync();
        using var thrown = host.AnswerApi(() => ScriptedEngine.Throw("the list was empty"));
        var tool = host.ToolInProject();
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, "run.json"), Data(session));

        var result = await tool.RunAsync("platform", "runs", "start", "run.json", "--wait", "2m", "--json");

        Assert.Contains("the list was empty", result.Failed(), StringComparison.Ordinal);
        Assert.Equal("FAILED", result.Json["status"]!.GetValue<string>());
        Assert.Equal("api-attempts-failed", result.Json["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_Run_without_a_login_is_told_as_canceled()
    {
        var session = await host.LogInAsync();
        using var lost = host.AnswerCheck(ScriptedEngine.SayNo);
        var data = JsonNode.Parse(Data(session))!;
        data["authSession"]!["autoRecreate"] = false;

        var result = await host.ToolInProject().RunAsync("platform", "runs", "start", data.ToJsonString(), "--wait", "--json");

        Assert.Contains("was canceled", result.Failed(), StringComparison.Ordinal);
        Assert.Equal("auth-session-validate-dependency-failed", result.Json["reason"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Filters_limit_and_offset_choose_what_is_listed()
    {
        var session = await host.LogInAsync();
        var tool = host.ToolInProject();
        var first = await FinishedAsync(session);
        var second = await FinishedAsync(session);
        string failed;
        using (host.AnswerApi(() => ScriptedEngine.Throw("no")))
        {
            failed = await FinishedAsync(session);
        }

        var api = (await ListAsync(tool, "-f", "run_type=API", "-f", "status=SUCCEEDED", "-l", "2")).Select(r => Text(r, "id"));
        Assert.Equal([second, first], api);
        Assert.Equal([first], (await ListAsync(tool, "-f", "run_type=API", "-f", "status=completed", "-l", "1", "-o", "1")).Select(r => Text(r, "id")));
        Assert.Equal([failed], (await ListAsync(tool, "-f", "status=FAILED", "-f", "api_name=hello", "-l", "1")).Select(r => Text(r, "id")));
        Assert.Equal([first], (await ListAsync(tool, "-f", $"id={first}")).Select(r => Text(r, "id")));
        Assert.Empty(await ListAsync(tool, "-f", "started_at>2999-01-01"));
        Assert.All(await ListAsync(tool, "-f", "run_duration>0"), r => Assert.True(r!["run_duration"]!.GetValue<long>() > 0));

        var text = (await tool.RunAsync("platform", "runs", "list", "-f", "status=FAILED", "-l", "1")).Succeeded().Output;
        Assert.Matches($"(?m)^ID +STATUS +RUN .*\n{failed}  FAILED +hello", text);
    }

    [Theory]
    [InlineData("There is no filter field state", "platform", "runs", "list", "-p", "flow", "-f", "state=FAILED")]
    [InlineData("Allowed are: pending", "platform", "runs", "list", "-p", "flow", "-f", "status=GONE")]
    [InlineData("has a wrong form", "platform", "runs", "list", "-p", "flow", "-f", "FAILED")]
    [InlineData("--limit must be a whole number from 1", "platform", "runs", "list", "-p", "flow", "--limit", "0")]
    [InlineData("--wait must be a duration", "platform", "runs", "start", "{}", "-p", "flow", "--wait", "soon")]
    [InlineData("neither a JSON object nor a file", "platform", "runs", "start", "no-such-file.json", "-p", "flow")]
    [InlineData("<data> is not valid JSON: line 1", "platform", "runs", "start", "{\"api\": }", "-p", "flow")]
    [InlineData("api: Is required", "platform", "runs", "start", "{}", "-p", "flow")]
    [InlineData("Which project?", "platform", "runs", "list")]
    [InlineData("The project missing was not found", "platform", "runs", "list", "-p", "missing")]
    [InlineData("was not found. (404 not-found)", "platform", "runs", "get", "missing", "-p", "flow")]
    [InlineData("'..' is not a name or id", "platform", "runs", "get", "..", "-p", "flow")]
    [InlineData("Unrecognized command", "platform", "runz", "list")]
    public async Task What_is_wrong_is_said_in_one_line(string expected, params string[] args) =>
        Assert.Contains(expected, (await host.Tool().RunAsync(args)).Failed(), StringComparison.OrdinalIgnoreCase);

    [LinuxFact]
    public async Task Ctrl_C_leaves_the_Run_running_and_says_how_to_find_it()
    {
        var session = await host.LogInAsync();
        var end = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => end.Task);

        var result = await host.ToolInProject().InterruptAsync(": started", "platform", "runs", "start", Data(session), "--wait");

        var line = result.Failed();
        var runId = line.Split(' ')[3];
        Assert.Equal($"Stopped waiting. Run {runId} goes on. See: intuned platform runs get {runId} -p flow", line);
        Assert.Equal("started", (await host.Flow.GetAsync($"/runs/{runId}"))["status"]!.GetValue<string>());
        end.SetResult(await ScriptedEngine.Succeed("1"));
        Assert.Equal("completed", (await host.Flow.EndAsync(runId))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_wait_that_is_too_short_fails_and_leaves_the_Run_running()
    {
        var session = await host.LogInAsync();
        var end = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => end.Task);

        var line = (await host.ToolInProject().RunAsync("platform", "runs", "start", Data(session), "--wait", "300ms")).Failed();

        Assert.Contains("has not ended within 300 ms and goes on", line, StringComparison.Ordinal);
        end.SetResult(await ScriptedEngine.Succeed("1"));
        Assert.Equal("completed", (await host.Flow.EndAsync(line.Split(' ')[1]))["status"]!.GetValue<string>());
    }

    private static string Data(string session) => new JsonObject
    {
        ["api"] = "hello",
        ["parameters"] = new JsonObject { ["page"] = 1 },
        ["retry"] = new JsonObject { ["maximumAttempts"] = 1 },
        ["authSession"] = new JsonObject { ["id"] = session },
    }.ToJsonString();

    private static string Text(JsonNode? node, string name) => node![name]!.GetValue<string>();

    private static async Task<JsonArray> ListAsync(IntunedTool tool, params string[] args) =>
        (await tool.RunAsync(["platform", "runs", "list", "--json", .. args])).Succeeded().Json.AsArray();

    private async Task<string> FinishedAsync(string session)
    {
        var runId = await host.Flow.StartRunAsync(new JsonObject { ["id"] = session }, attempts: 1);
        await host.Flow.EndAsync(runId);
        return runId;
    }
}
