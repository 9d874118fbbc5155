using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// From sending <c>run/start</c> to its answer, against an endpoint of the framework that does nothing, in turns. Each Run has
/// ended before the next request, and what the platform does after one as well, so the node is idle. Afterwards many clients ask for results at once.
/// </summary>
public static class StartBenchmark
{
    private const int Pollers = 200;

    public static async Task RunAsync(int rounds)
    {
        using var data = new TemporaryFolder("start-benchmark");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        await dashboard.LogInAsync("benchmark");
        await using var bare = await StartBareAsync();
        using var client = new HttpClient();

        const int Warm = 10;
        var ours = new List<double>();
        var empty = new List<double>();
        string last = string.Empty;
        for (var i = 0; i < Warm + rounds; i++)
        {
            await RunBenchmark.RestAsync(dashboard.Process.ProcessId);
            var baseline = await TimeAsync(() => client.PostAsJsonAsync($"{bare.Urls.First()}/start", new { api = "x", parameters = new { } }));
            var started = Stopwatch.GetTimestamp();
            last = await dashboard.StartRunAsync("benchmark", saveTrace: false);
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await dashboard.EndAsync(last);
            if (i >= Warm)
            {
                ours.Add(took);
                empty.Add(baseline);
            }
        }

        Print("run/start to pending", ours);
        Print("empty endpoint", empty);
        await PollAsync(dashboard, last);
    }

    private static async Task PollAsync(SampleDashboard dashboard, string runId)
    {
        const int Each = 20;
        var errors = 0;
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Pollers).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                var took = await TimeAsync(async () =>
                {
                    var response = await dashboard.Client.GetAsync($"sample-hr/run/{runId}/result");
                    if (!response.IsSuccessStatusCode)
                    {
                        Interlocked.Increment(ref errors);
                    }

                    return response;
                });
                lock (times)
                {
                    times.Add(took);
                }
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Print($"{Pollers} clients, one result", times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Count} answers, {times.Count / seconds:0} a second, {errors} errors"));
    }

    private static async Task<double> TimeAsync(Func<Task<HttpResponseMessage>> send)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await send();
        await response.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<WebApplication> StartBareAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/start", () => Results.StatusCode(StatusCodes.Status201Created));
        await app.StartAsync();
        return app;
    }

    private static void Print(string name, List<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-28} median {sorted[sorted.Count / 2]:0.0} ms  p95 {sorted[(int)(sorted.Count * 0.95)]:0.0} ms  min {sorted[0]:0.0} ms"));
    }
}
