using System.Diagnostics;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Tests.Ui;

/// <summary>What is copied runs as it is, whatever stands in the parameters.</summary>
public sealed class ApiCallTextTests
{
    private const string Hostile = """it's "quoted" \ back\n $HOME `id` ''' \u0041 é 💣 %s {0} <b> -- ;""";

    [LinuxFact]
    public async Task Each_language_sends_exactly_what_stands_in_the_form()
    {
        await using var flow = await FlowHost.StartAsync(authSessions: false);
        var body = new JsonObject
        {
            ["api"] = "hello",
            ["parameters"] = new JsonObject { ["text"] = Hostile, ["line"] = "a\nb", ["none"] = null, ["yes"] = true, ["big"] = 1.5e10, [Hostile] = new JsonArray(1, "", "") },
        };
        var call = new ApiCall("projects/flow/run/start", body, []);
        var address = flow.App.BaseUrl + flow.App.WorkspacePath;
        var node = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, ".playwright", "node"), "node", SearchOption.AllDirectories).First();

        await RunAsync("bash", "-c", ApiCallText.Curl(call, address));
        await RunAsync(node, "--input-type=module", "--eval", ApiCallText.TypeScript(call, address));
        var sent = 2;
        if (File.Exists("/usr/bin/python3"))
        {
            await RunAsync("/usr/bin/python3", "-c", ApiCallText.Python(call, address));
            sent++;
        }

        var runs = (await flow.GetAsync("/runs"))["runs"]!.AsArray();
        Assert.Equal(sent, runs.Count);
        foreach (var run in runs)
        {
            var detail = await flow.GetAsync($"/runs/{run!["runId"]}");
            Assert.True(JsonNode.DeepEquals(body["parameters"], detail["parameters"]), detail["parameters"]!.ToJsonString());
        }

        async Task RunAsync(string program, params string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["INTUNED_API_KEY"] = flow.App.ApiKey;
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0 && output.Contains("pending", StringComparison.Ordinal), $"{program}: {output} {await errors}");
        }
    }

    [Fact]
    public void A_command_is_quoted_only_where_a_shell_needs_it()
    {
        var call = new ApiCall(string.Empty, [], ["authsessions", "create", "demo", "--input", """{"a":"it's"}""", "--proxy", string.Empty, "--wait"]);
        Assert.Equal("""intuned platform authsessions create demo --input '{"a":"it'\''s"}' --proxy '' --wait""", ApiCallText.CommandLine(call));
    }
}
