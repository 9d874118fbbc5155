using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// A full authenticated Run (Validate Run and API, warm pool, no trace) against the same two functions in a bare Playwright script.
/// Both take turns in one process lifetime, so that a slow moment of the machine hits both.
/// </summary>
public static class RunBenchmark
{
    private const string Username = "demo";
    private const string Password = "demo-password-1";

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

        const int Warm = 5;
        var platform = new List<double>();
        var script = new List<double>();
        for (var i = 0; i < Warm + rounds; i++)
        {
            var ours = await RunAsync(dashboard);
            var theirs = await RoundAsync(bare);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {i - Warm + 1}: {ours:0} ms against {theirs:0} ms"));
            if (i >= Warm)
            {
                platform.Add(ours);
                script.Add(theirs);
            }
        }

        bare.StandardInput.Close();
        await bare.WaitForExitAsync();
        Print("Run, validate + API", platform);
        Print("bare script, two contexts", script);
        var ratios = platform.Zip(script, (a, b) => a / b).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"ratio, pair by pair",-28} median {ratios[ratios.Count / 2]:0.00}  p95 {ratios[(int)(ratios.Count * 0.95)]:0.00}"));
    }

    private static void Print(string name, List<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-28} median {sorted[sorted.Count / 2]:0} ms  p95 {sorted[(int)(sorted.Count * 0.95)]:0} ms  min {sorted[0]:0} ms"));
    }

    /// <returns>Milliseconds from the accepted request to the end of the Run, by the platform's own record.</returns>
    private static async Task<double> RunAsync(SampleDashboard dashboard)
    {
        var run = await dashboard.EndAsync(await dashboard.StartRunAsync("benchmark", saveTrace: false));
        if (run["status"]!.GetValue<string>() != "completed")
        {
            throw new InvalidOperationException(run.ToJsonString());
        }

        return (run["finishedAt"]!.GetValue<DateTimeOffset>() - run["createdAt"]!.GetValue<DateTimeOffset>()).TotalMilliseconds;
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

    private static async Task<double> RoundAsync(Process bare)
    {
        await bare.StandardInput.WriteLineAsync("go");
        var line = await bare.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The bare script ended.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }
}
