using System.IO.Compression;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class DevVerbTests(CliHost host)
{
    [Fact]
    public async Task A_new_project_is_made_deployed_and_run()
    {
        var tool = host.Tool();

        var made = (await tool.RunAsync("dev", "init", "Staff reports", "--non-interactive", "--json")).Succeeded().Json;
        Assert.Equal("Staff-reports", made["project_name"]!.GetValue<string>());
        var folder = made["directory"]!.GetValue<string>();
        var settings = await File.ReadAllTextAsync(Path.Combine(folder, "Intuned.jsonc"));
        Assert.Contains("\"projectName\": \"Staff-reports\"", settings, StringComparison.Ordinal);
        Assert.Contains("// Every API of this project needs a login", settings, StringComparison.Ordinal);
        Assert.Contains("Nothing was written", (await tool.RunAsync("dev", "init", "Staff reports")).Failed(), StringComparison.Ordinal);
        (await tool.RunAsync("dev", "init", "Staff reports", "--overwrite")).Succeeded();

        var inside = new IntunedTool(host.Flow.App.BaseUrl, host.Flow.App.WorkspaceId, host.Flow.App.ApiKey, folder);
        foreach (var file in new[] { ".env", ".env.local", ".env.example", "node_modules/x/index.js", ".venv/bin/python", "traces/t.zip" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            await File.WriteAllTextAsync(Path.Combine(folder, file), "planted");
        }

        var provisioned = (await inside.RunAsync("dev", "provision")).Succeeded();
        Assert.Equal("Staff-reports is registered.\n", provisioned.Output);
        Assert.Contains("There is a project Staff-reports already", (await inside.RunAsync("dev", "provision")).Failed(), StringComparison.Ordinal);
        var deployed = (await inside.RunAsync("dev", "deploy", "--json")).Succeeded();
        Assert.Equal("succeeded", deployed.Json["status"]!.GetValue<string>());
        Assert.Contains("list-employees", deployed.Json["apis"]!.AsArray().Select(a => a!.GetValue<string>()));
        Assert.Contains("Deployment: succeeded", deployed.Errors, StringComparison.Ordinal);
        var files = await UploadedAsync("Staff-reports", deployed.Json["deploymentId"]!.GetValue<string>());
        Assert.Contains(".env.example", files);
        Assert.Contains(".parameters/api/list-employees/default.json", files);
        Assert.DoesNotContain(files, f => f.StartsWith("node_modules", StringComparison.Ordinal) || f.StartsWith(".venv", StringComparison.Ordinal)
            || f.StartsWith("traces", StringComparison.Ordinal) || f is ".env" or ".env.local");

        (await inside.RunAsync("dev", "run", "authsession", "create", ".parameters/auth-sessions/create/default.json", "--id", "staff", "--no-deploy")).Succeeded();
        (await inside.RunAsync("dev", "attempt", "authsession", "check", "staff", "--no-deploy")).Succeeded();
        (await inside.RunAsync("dev", "run", "authsession", "validate", "staff", "--no-deploy")).Succeeded();
        (await inside.RunAsync("dev", "run", "authsession", "update", "staff", "--no-deploy")).Succeeded();

        host.Engine.Forget();
        host.Engine.TraceFile = Path.Combine(folder, ".env");
        using var extending = host.AnswerApi(() => Task.FromResult(new ExecutionFinished
        {
            Outcome = ExecutionOutcome.Succeeded,
            ResultJson = "[1]",
            ExtendedPayloads = [new ExtendedPayload("get-employee", """{"number":7}""")],
        }));
        var ran = (await inside.RunAsync(
            "dev", "run", "api", "list-employees", "{}", "--auth-session", "staff", "-o", "result.json", "--timeout", "90s", "--trace", "--traces-path", "kept")).Succeeded();
        host.Engine.TraceFile = null;
        Assert.Contains("this folder becomes the deployed version of Staff-reports", ran.Errors, StringComparison.Ordinal);
        var written = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "result.json")))!;
        Assert.Equal("""{"result":[1],"extendedPayloads":[{"apiName":"get-employee","parameters":{"number":7}}]}""", written.ToJsonString());
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "kept"), "trace_*_1.zip"));
        var request = Assert.Single(host.Engine.Requests, r => r.Kind == FunctionKind.Api);
        Assert.Equal(TimeSpan.FromSeconds(90), request.Timeout);
        Assert.True(request.SaveTrace);
    }

    [Fact]
    public async Task One_attempt_is_made_unless_more_are_asked_for()
    {
        var session = await host.LogInAsync();
        using var thrown = host.AnswerApi(() => ScriptedEngine.Throw("no"));
        var tool = host.ToolInProject();
        string[] api = ["api", "hello", "{}", "--auth-session", session, "--no-deploy"];

        (await tool.RunAsync(["dev", "attempt", .. api])).Failed();
        Assert.Equal(1, host.Engine.Count(FunctionKind.Api));
        host.Engine.Forget();
        (await tool.RunAsync(["dev", "run", .. api, "--retries", "2"])).Failed();
        Assert.Equal(2, host.Engine.Count(FunctionKind.Api));
    }

    [Fact]
    public async Task The_whole_time_is_a_hard_limit_that_cancels_the_Run()
    {
        var session = await host.LogInAsync();
        var never = new TaskCompletionSource<ExecutionFinished>();
        using var held = host.AnswerApi(() => never.Task);

        var line = (await host.ToolInProject().RunAsync(
            "dev", "run", "api", "hello", "{}", "--auth-session", session, "--no-deploy", "--start-to-end-timeout", "500ms")).Failed();

        Assert.Contains("and was canceled", line, StringComparison.Ordinal);
        Assert.Equal("canceled", (await host.Flow.EndAsync(line.Split(' ')[1]))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_build_that_fails_says_where_and_leaves_the_project_alone()
    {
        var tool = host.Tool();
        Assert.Contains("This folder is no project", (await tool.RunAsync("dev", "deploy", "-p", "broken")).Failed(), StringComparison.Ordinal);
        ProjectArchive.Minimal().With("api/hello.ts", "export default async function handler() {\n  const count = ;\n}").WriteTo(tool.Directory);
        Assert.Contains("Which project?", (await tool.RunAsync("dev", "deploy")).Failed(), StringComparison.Ordinal);

        var result = await tool.RunAsync("dev", "deploy", "-p", "broken", "--json");

        Assert.Contains("The deployment failed with", result.Failed(), StringComparison.Ordinal);
        Assert.Matches("(?m)^api/hello.ts:2:[0-9]+: error ", result.Errors);
        Assert.Equal("failed", result.Json["status"]!.GetValue<string>());
        Assert.Contains("The deployment failed", (await tool.RunAsync("dev", "run", "api", "hello", "{}", "-p", "broken")).Failed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Templates_are_listed_by_language()
    {
        var tool = host.Tool();

        var all = (await tool.RunAsync("dev", "list-templates", "--json")).Succeeded().Json.AsArray();
        Assert.Contains(all, t => t!["id"]!.GetValue<string>() == "sample-hr" && t["language"]!.GetValue<string>() == "typescript");
        Assert.Contains("There is no template missing; there are sample-hr", (await tool.RunAsync("dev", "init", "--template", "missing")).Failed(), StringComparison.Ordinal);
    }

    private async Task<List<string>> UploadedAsync(string project, string deploymentId)
    {
        await using var archive = await host.Flow.Client.GetStreamAsync($"{host.Flow.App.ProjectPath(project)}/deployments/{deploymentId}/source");
        using var copy = new MemoryStream();
        await archive.CopyToAsync(copy);
        using var zip = new ZipArchive(copy);
        return [.. zip.Entries.Select(e => e.FullName)];
    }
}
