using System.Text.Json.Nodes;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class AttemptVerbTests(CliHost host)
{
    [Fact]
    public async Task Log_and_trace_are_saved_under_their_usual_names_or_where_one_says()
    {
        var tool = host.ToolInProject();
        host.Engine.TraceFile = Path.Combine(tool.Directory, "recorded");
        await File.WriteAllTextAsync(host.Engine.TraceFile, "the trace");
        var runId = await host.Flow.StartRunAsync(new JsonObject { ["id"] = await host.LogInAsync() }, attempts: 1);
        await host.Flow.EndAsync(runId);
        host.Engine.TraceFile = null;

        var got = (await tool.RunAsync("platform", "attempts", "get", runId, "--json")).Succeeded().Json;
        Assert.Equal(1, got["number"]!.GetValue<int>());
        Assert.Equal("COMPLETED", got["status"]!.GetValue<string>());
        Assert.True(got["has_trace"]!.GetValue<bool>());

        var log = (await tool.RunAsync("platform", "attempts", "log", runId)).Succeeded();
        Assert.Equal($"log_{runId}_1.jsonl\n", log.Output);
        var lines = await File.ReadAllLinesAsync(Path.Combine(tool.Directory, $"log_{runId}_1.jsonl"));
        Assert.Contains(lines, line => JsonNode.Parse(line)!["message"]!.GetValue<string>() == "api/hello runs");

        (await tool.RunAsync("platform", "attempts", "trace", runId, "1")).Succeeded();
        Assert.Equal("the trace", await File.ReadAllTextAsync(Path.Combine(tool.Directory, $"trace_{runId}_1.zip")));
        var saved = (await tool.RunAsync("platform", "attempts", "trace", runId, "-o", "other.zip", "--json")).Succeeded().Json;
        Assert.Equal("other.zip", saved["file"]!.GetValue<string>());
        Assert.True(File.Exists(Path.Combine(tool.Directory, "other.zip")));
        var piped = (await tool.RunAsync("platform", "attempts", "log", runId, "-o", "-")).Succeeded();
        Assert.Equal(lines, piped.Output.TrimEnd('\n').Split('\n'));
        Assert.Empty(Directory.GetFiles(tool.Directory, "*.part"));
    }

    [Fact]
    public async Task What_there_is_not_is_said()
    {
        var tool = host.ToolInProject();
        var runId = await host.Flow.StartRunAsync(new JsonObject { ["id"] = await host.LogInAsync() }, attempts: 1);
        await host.Flow.EndAsync(runId);

        Assert.Equal($"Run {runId} has no attempt 7.", (await tool.RunAsync("platform", "attempts", "get", runId, "7")).Failed());
        Assert.Equal($"Attempt 1 of Run {runId} has no trace.", (await tool.RunAsync("platform", "attempts", "trace", runId)).Failed());
        Assert.Contains("404", (await tool.RunAsync("platform", "attempts", "log", "missing")).Failed(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(tool.Directory, "*.zip"));
    }
}
