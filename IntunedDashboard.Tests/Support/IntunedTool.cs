using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Tests.Support;

/// <summary>What a finished call of the command line has printed.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Standard output as JSON: it must hold nothing else.</summary>
    public JsonNode Json => JsonNode.Parse(Output)!;

    /// <summary>Fails with everything that was printed unless it succeeded.</summary>
    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Fails unless it failed properly: exit code 1 and one line that says why.</summary>
    /// <returns>That line without its prefix.</returns>
    public string Failed()
    {
        var lines = Errors.Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.True(ExitCode == 1 && lines.Count == 1, $"exit code {ExitCode}\n{Output}\n{Errors}");
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        return lines[0]["error: ".Length..];
    }
}

/// <summary>The built <c>intuned</c> as a process, pointed at a server by environment variables, in a folder of its own.</summary>
public sealed class IntunedTool(string baseUrl, Guid workspaceId, string apiKey, string directory)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>A script makes dozens of calls and deployments.</summary>
    private static readonly TimeSpan PatienceWithScript = TimeSpan.FromMinutes(6);

    /// <summary>The program's own build output, next to that of the tests.</summary>
    public static string ProgramPath { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace("IntunedDashboard.Tests", "IntunedDashboard.Cli", StringComparison.Ordinal), "intuned.dll");

    public string Directory { get; } = directory;

    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal)
    {
        ["INTUNED_API_BASE_URL"] = baseUrl,
        ["INTUNED_API_DOMAIN"] = null,
        ["INTUNED_WORKSPACE_ID"] = workspaceId.ToString(),
        ["INTUNED_API_KEY"] = apiKey,
        ["DOTNET_NOLOGO"] = "1",
    };

    public Task<ToolResult> RunAsync(params IEnumerable<string> args) => RunWithInputAsync(string.Empty, args);

    public async Task<ToolResult> RunWithInputAsync(string input, params IEnumerable<string> args) =>
        await RunAsync(StartInfo("dotnet", [ProgramPath, .. args]), input, Patience);

    /// <summary>Runs a shell script in which <c>intuned</c> is a command.</summary>
    public async Task<ToolResult> RunScriptAsync(string script) => await RunAsync(
        StartInfo("bash", ["-eu", "-s"]), $"intuned() {{ dotnet '{ProgramPath}' \"$@\"; }}\n{script}\n", PatienceWithScript);

    /// <summary>Starts it, sends SIGINT as soon as standard error says <paramref name="word"/>, and waits for its end. A program that
    /// was started in the background may have inherited to ignore that signal; a terminal's program has not.</summary>
    public async Task<ToolResult> InterruptAsync(string word, params IEnumerable<string> args)
    {
        using var process = Process.Start(StartInfo("env", ["--default-signal=INT", "dotnet", ProgramPath, .. args]))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = new StringBuilder();
        using var limit = new CancellationTokenSource(Patience);
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            errors.Append(line).Append('\n');
            if (line.Contains(word, StringComparison.Ordinal))
            {
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync(limit.Token);
            }
        }

        await process.WaitForExitAsync(limit.Token);
        return new ToolResult(process.ExitCode, await output, errors.ToString());
    }

    private static async Task<ToolResult> RunAsync(ProcessStartInfo start, string input, TimeSpan patience)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"It has not ended after {patience}.\n{await output}\n{await errors}");
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }

    private ProcessStartInfo StartInfo(string program, IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory,
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
