using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// A full authenticated Run (Validate Run and API, warm pool) against the same two functions in a bare Playwright script, without
/// traces and with them. Both take turns in one process lifetime, so that a slow moment of the machine hits both, and neither is
/// measured while the platform still tidies up or launches the browser of the next Run.
/// </summary>
public static class RunBenchmark
{
    private const string Username = "demo";
    private const string Password = "demo-password-1";
    private const int WarmRounds = 8;

    // Asking often would cost the Run more than it tells: its time is taken from its own record.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(int rounds)
    {
        using var data = new TemporaryFolder("benchmark");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        await dashboard.LogInAsync("benchmark");

        using var bare = StartBare(data.Path, dashboard.Process.BaseUrl);
        if (await bare.StandardOutput.ReadLineAsync() != "ready")
        {
            throw new InvalidOperationException("The bare script did not start.");
        }

        var plain = new Comparison("without traces");
        var traced = new Comparison("with traces");
        for (var i = 0; i < WarmRounds + rounds; i++)
        {
            foreach (var comparison in (Comparison[])[plain, traced])
            {
                var script = i % 2 == 0 ? await RoundAsync(bare, comparison == traced) : 0;
                await RestAsync(dashboard.Process.ProcessId);
                var platform = await RunAsync(dashboard, comparison == traced);
                await RestAsync(dashboard.Process.ProcessId);
                script = i % 2 == 0 ? script : await RoundAsync(bare, comparison == traced);
                comparison.Add(platform, script, keep: i >= WarmRounds);
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"round {i - WarmRounds + 1} {comparison.Name}: {platform.Total:0} ms against {script:0} ms"));
            }
        }

        bare.StandardInput.Close();
        await bare.WaitForExitAsync();
        plain.Print();
        traced.Print();
    }

    private static async Task<Parts> RunAsync(SampleDashboard dashboard, bool saveTrace)
    {
        var id = await dashboard.StartRunAsync("benchmark", saveTrace);
        JsonObject run;
        while ((run = await dashboard.GetAsync($"runs/{id}"))["finishedAt"] is null)
        {
            await Task.Delay(PollInterval);
        }

        if (SampleDashboard.Text(run, "status") != "completed")
        {
            throw new InvalidOperationException(run.ToJsonString());
        }

        var attempt = run["attempts"]!.AsArray().Single()!;
        return new Parts(
            Milliseconds(run, "createdAt", run, "startedAt"),
            Milliseconds(run, "startedAt", attempt, "startedAt"),
            Milliseconds(attempt, "startedAt", attempt, "finishedAt"),
            Milliseconds(run, "createdAt", run, "finishedAt"));
    }

    private static double Milliseconds(JsonNode from, string start, JsonNode to, string end) =>
        (to[end]!.GetValue<DateTimeOffset>() - from[start]!.GetValue<DateTimeOffset>()).TotalMilliseconds;

    /// <summary>Waits until the platform and everything it started have done nothing for half a second.</summary>
    internal static async Task RestAsync(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            return;
        }

        var used = ProcessorTime(processId);
        for (var quiet = 0; quiet < 5;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            var now = ProcessorTime(processId);
            quiet = (now - used).Duration() <= TimeSpan.FromMilliseconds(10) ? quiet + 1 : 0;
            used = now;
        }
    }

    private static TimeSpan ProcessorTime(int processId)
    {
        var sum = TimeSpan.Zero;
        foreach (var pid in ProcessTree.DescendantsOf(processId).Select(p => p.Pid).Append(processId))
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                sum += process.TotalProcessorTime;
            }
            catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
            {
                // Then the sum changes, which is not rest.
            }
        }

        return sum;
    }

    private static Process StartBare(string dataDirectory, string baseUrl)
    {
        var program = Path.GetDirectoryName(DashboardProcess.ProgramPath)!;
        var node = Directory.EnumerateFiles(Path.Combine(program, ".playwright", "node"), "node*", SearchOption.AllDirectories)
            .First(f => Path.GetFileName(f) is "node" or "node.exe");
        var check = Directory.EnumerateFiles(Path.Combine(dataDirectory, "projects"), "check.js", SearchOption.AllDirectories).First();
        var browser = new BrowserLocator(Options.Create(new BrowserOptions())).Find(headful: false)!;
        var setup = JsonSerializer.Serialize(new
        {
            playwright = Path.Combine(program, ".playwright", "package"),
            modules = Path.Combine(program, "Runners", "node", "modules"),
            build = Path.GetDirectoryName(Path.GetDirectoryName(check)),
            executablePath = browser.ExecutablePath,
            traces = dataDirectory,
            username = Username,
            password = Password,
        });
        var start = new ProcessStartInfo(node)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Benchmarks", "bare-run.js"));
        start.ArgumentList.Add(setup);
        start.Environment["SAMPLE_SITE_URL"] = $"{baseUrl}/sample-site";
        return Process.Start(start)!;
    }

    private static async Task<double> RoundAsync(Process bare, bool isTraced)
    {
        await bare.StandardInput.WriteLineAsync(isTraced ? "traced" : "plain");
        var line = await bare.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The bare script ended.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    /// <summary>Milliseconds of a Run by the platform's own record, from the accepted request to the end.</summary>
    private sealed record Parts(double Queue, double Validate, double Api, double Total);

    private sealed class Comparison(string name)
    {
        private readonly List<Parts> _platform = [];
        private readonly List<double> _script = [];

        public string Name => name;

        public void Add(Parts platform, double script, bool keep)
        {
            if (keep)
            {
                _platform.Add(platform);
                _script.Add(script);
            }
        }

        public void Print()
        {
            Print($"Run {name}", [.. _platform.Select(p => p.Total)]);
            Print($"bare script {name}", _script);
            var ratios = _platform.Zip(_script, (ours, theirs) => ours.Total / theirs).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{"  ratio, pair by pair",-28} median {At(ratios, 0.5):0.00}  p95 {At(ratios, 0.95):0.00}"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{"  the Run's parts, medians",-28} queue {At(_platform.Select(p => p.Queue), 0.5):0} ms  validate {At(_platform.Select(p => p.Validate), 0.5):0} ms  API {At(_platform.Select(p => p.Api), 0.5):0} ms"));
        }

        private static void Print(string line, List<double> milliseconds) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{line,-28} median {At(milliseconds, 0.5):0} ms  p95 {At(milliseconds, 0.95):0} ms  min {milliseconds.Min():0} ms"));

        private static double At(IEnumerable<double> values, double share)
        {
            var sorted = values.Order().ToList();
            return sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
        }
    }
}
