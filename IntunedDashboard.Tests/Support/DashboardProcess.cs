using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Tests.Support;

/// <summary>The built program as a process of its own, for tests of starting, stopping, killing and of what it prints.</summary>
public sealed partial class DashboardProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private int _isDisposed;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DashboardProcess(IEnumerable<string> args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Anywhere: the program must not care.
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(ProgramPath);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The program's own build output, next to that of the tests; or a published one, for benchmarks.</summary>
    public static string ProgramPath { get; } = Environment.GetEnvironmentVariable("DASHBOARD_PROGRAM") ?? Path.Combine(
        AppContext.BaseDirectory.Replace("IntunedDashboard.Tests", "IntunedDashboard", StringComparison.Ordinal), "IntunedDashboard.dll");

    public int ProcessId => _process.Id;

    /// <summary>Where it listens, as it said itself; without a slash at the end.</summary>
    public string BaseUrl { get; private set; } = string.Empty;

    /// <summary>Both output streams so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts the program on a free port and waits until it says that it is ready.</summary>
    public static async Task<DashboardProcess> StartAsync(string dataDirectory, params IEnumerable<string> settings)
    {
        var process = new DashboardProcess(["--urls=http://127.0.0.1:0", $"--Dashboard:DataDirectory={dataDirectory}", .. settings]);
        var first = await Task.WhenAny(process._ready.Task, process._process.WaitForExitAsync(), Task.Delay(StartTime));
        if (first != process._ready.Task)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException($"The program did not become ready:\n{process.Output}");
        }

        process.BaseUrl = (await process._ready.Task).TrimEnd('/');
        return process;
    }

    /// <summary>Runs the program with exactly these arguments until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params IEnumerable<string> args)
    {
        await using var process = new DashboardProcess(args);
        using var limit = new CancellationTokenSource(StartTime);
        await process._process.WaitForExitAsync(limit.Token);
        return (process._process.ExitCode, process.Output);
    }

    /// <summary>SIGKILL to the program alone: what it started is left behind, as after a crash.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return ExitedAsync();
    }

    /// <summary>SIGSTOP: it stands still and does not know it. <see cref="ThawAsync"/> lets it go on.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("-TERM");
        using var limit = new CancellationTokenSource(StartTime);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await ExitedAsync();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The framework also waits for the end of the output, which what the program left behind may hold open for good.</summary>
    private Task ExitedAsync() => Eventually.TrueAsync(() => _process.HasExited);

    [GeneratedRegex("is ready\\. Open (?<url>http://[^/ ]+)")]
    private static partial Regex ReadyLine();

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (ReadyLine().Match(line) is { Success: true } match)
        {
            _ready.TrySetResult(match.Groups["url"].Value);
        }
    }
}
