using System.Diagnostics;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>The README's commands do what it says, word for word.</summary>
public sealed class ReadmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_quick_start_over_rest_runs_as_printed()
    {
        using var data = new TemporaryFolder("readme");
        using var work = new TemporaryFolder("readme-work");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        var start = new ProcessStartInfo("bash")
        {
            UseShellExecute = false,
            WorkingDirectory = work.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["INTUNED_API_BASE_URL"] = dashboard.Process.BaseUrl;
        start.Environment["INTUNED_WORKSPACE_ID"] = dashboard.WorkspaceId.ToString();
        start.Environment["INTUNED_API_KEY"] = dashboard.ApiKey;
        using var bash = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        // The commands wait for their Run without end; the test must not.
        await using var limit = patience.Token.Register(() => bash.Kill(entireProcessTree: true));
        await bash.StandardInput.WriteAsync(QuickStart());
        bash.StandardInput.Close();
        var errors = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();

        Assert.False(patience.IsCancellationRequested, $"Not done after {Patience}: {output}\n{dashboard.Process.Output}");
        Assert.Empty(await errors);
        Assert.Contains("\"status\":\"done\",\"authSessionId\":\"demo-user\"", output, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"completed\",\"result\":{\"count\":10,", output, StringComparison.Ordinal);
        Assert.Contains("\"validateRunId\"", output, StringComparison.Ordinal);
        using var trace = System.IO.Compression.ZipFile.OpenRead(Path.Combine(work.Path, "trace.zip"));
        Assert.NotEmpty(trace.Entries);
    }

    private static string QuickStart()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));
        var block = readme[readme.IndexOf("<!-- rest-quick-start -->", StringComparison.Ordinal)..];
        block = block[(block.IndexOf("```bash\n", StringComparison.Ordinal) + 8)..];
        return block[..block.IndexOf("```\n", StringComparison.Ordinal)];
    }
}
