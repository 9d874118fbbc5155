using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// A JobRun of many items of an API that does next to nothing: how long the attempts take (the browser's and the runner's work), and how
/// long the slots stand empty between them (the platform's). The program's memory is read at each tenth of the way.
/// </summary>
public static class JobBenchmark
{
    private const string Project = "job-benchmark";
    private const string Job = "many-items";
    private const int Slots = 2;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    public static async Task RunAsync(int items)
    {
        using var data = new TemporaryFolder("job-benchmark");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync($"--Node:BrowserSlots={Slots}");
        await DeployAsync(dashboard.Client);
        using (var created = await dashboard.Client.PostAsJsonAsync($"{Project}/jobs", NewJob(items)))
        {
            created.EnsureSuccessStatusCode();
        }

        using var triggered = await dashboard.Client.PostAsJsonAsync($"{Project}/jobs/{Job}/trigger", new { });
        var jobRun = $"{Project}/jobs/{Job}/runs/{SampleDashboard.Text((await triggered.Content.ReadFromJsonAsync<JsonObject>())!, "jobRunId")}";
        var memory = new List<double>();
        JsonNode state;
        while ((state = (await dashboard.Client.GetFromJsonAsync<JsonObject>(jobRun))!["jobRun"]!)["end_time"] is null)
        {
            var done = state["successful_runs"]!.GetValue<int>() + state["failed_runs"]!.GetValue<int>();
            if (done * 10 / items > memory.Count)
            {
                memory.Add(Megabytes(dashboard.Process.ProcessId));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} of {items} items, {memory[^1]:0} MB"));
            }

            await Task.Delay(PollInterval);
        }

        if (SampleDashboard.Text(state, "status") != "SUCCESS" || state["successful_runs"]!.GetValue<int>() != items)
        {
            throw new InvalidOperationException(state.ToJsonString());
        }

        var wall = state["end_time"]!.GetValue<DateTimeOffset>() - state["start_time"]!.GetValue<DateTimeOffset>();
        var attempts = await AttemptsAsync(dashboard.Client, SampleDashboard.Text(state, "id"));
        Print(items, wall, attempts, memory);
    }

    private static void Print(int items, TimeSpan wall, List<double> attempts, List<double> memory)
    {
        attempts.Sort();
        var perItem = wall.TotalMilliseconds * Slots / items;
        var text = new[]
        {
            $"{items} items in {wall.TotalSeconds:0.0} s with {Slots} slots: {items / wall.TotalMinutes:0} items a minute",
            $"an attempt (browser and runner)   median {attempts[attempts.Count / 2]:0.0} ms  p95 {attempts[(int)(attempts.Count * 0.95)]:0.0} ms  mean {attempts.Average():0.0} ms",
            $"a slot's time for each item       mean {perItem:0.0} ms",
            $"the platform's share of it        mean {perItem - attempts.Average():0.0} ms",
            $"memory at each tenth              {string.Join(", ", memory.Select(m => m.ToString("0", CultureInfo.InvariantCulture)))} MB",
        };
        Array.ForEach(text, Console.WriteLine);
    }

    /// <returns>The milliseconds of every attempt.</returns>
    private static async Task<List<double>> AttemptsAsync(HttpClient client, string jobRunId)
    {
        var durations = new List<double>();
        string? cursor = null;
        do
        {
            var page = (await client.GetFromJsonAsync<JsonObject>(
                $"{Project}/runs?jobRunId={jobRunId}&type=API&pageSize=200{(cursor is null ? null : $"&cursor={Uri.EscapeDataString(cursor)}")}"))!;
            foreach (var run in page["runs"]!.AsArray())
            {
                var detail = (await client.GetFromJsonAsync<JsonObject>($"{Project}/runs/{SampleDashboard.Text(run!, "runId")}"))!;
                durations.AddRange(detail["attempts"]!.AsArray().Select(a => a!["durationMs"]!.GetValue<double>()));
            }

            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        return durations;
    }

    private static double Megabytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / 1e6;
    }

    private static async Task DeployAsync(HttpClient client)
    {
        using var archive = new ByteArrayContent(ProjectArchive.Minimal().Zip());
        archive.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using var answer = await client.PostAsync($"{Project}/deployments", archive);
        answer.EnsureSuccessStatusCode();
        var id = SampleDashboard.Text((await answer.Content.ReadFromJsonAsync<JsonObject>())!, "deploymentId");
        var ended = await Eventually.GetAsync(
            () => client.GetFromJsonAsync<JsonObject>($"{Project}/deployments/{id}"),
            d => SampleDashboard.Text(d!, "status") is "succeeded" or "failed",
            TimeSpan.FromSeconds(60));
        if (SampleDashboard.Text(ended!, "status") != "succeeded")
        {
            throw new InvalidOperationException(ended!.ToJsonString());
        }
    }

    private static JsonObject NewJob(int items) => new()
    {
        ["id"] = Job,
        ["payload"] = new JsonArray([.. Enumerable.Range(0, items).Select(JsonNode (n) => new JsonObject
        {
            ["apiName"] = "hello",
            ["parameters"] = new JsonObject { ["name"] = $"item {n}" },
        })]),
        ["configuration"] = new JsonObject(),
    };
}
