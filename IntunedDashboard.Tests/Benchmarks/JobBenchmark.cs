using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// A JobRun of many items of an API that does next to nothing: how long each waits for its browser and executes in it, and what the
/// platform adds to that: a slot's time between two items, and the end of a Run after its attempt. The program's memory is read at each
/// tenth of the way.
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
        var parts = await PartsAsync(dashboard.Client, SampleDashboard.Text(state, "id"));
        Print(items, wall, parts, memory);
    }

    private static void Print(int items, TimeSpan wall, List<Parts> parts, List<double> memory)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{items} items in {wall.TotalSeconds:0.0} s with {Slots} slots: {items / wall.TotalMinutes:0} items a minute"));
        Print("waiting for its browser", parts.ConvertAll(p => p.Browser));
        Print("attempt in browser and runner", parts.ConvertAll(p => p.Attempt));
        Print("end of the Run", parts.ConvertAll(p => p.End));
        var between = (wall.TotalMilliseconds * Slots / items) - parts.Average(p => p.Browser + p.Attempt + p.End);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"between two items of a slot        mean {between:0.0} ms\nplatform time of an item           mean {between + parts.Average(p => p.End):0.0} ms\nmemory at each tenth               {string.Join(", ", memory.Select(m => m.ToString("0", CultureInfo.InvariantCulture)))} MB");
        Console.WriteLine(text);
    }

    private static void Print(string name, List<double> milliseconds)
    {
        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-34} mean {milliseconds.Average():0.0} ms  median {milliseconds[milliseconds.Count / 2]:0.0} ms  p95 {milliseconds[(int)(milliseconds.Count * 0.95)]:0.0} ms"));
    }

    private static async Task<List<Parts>> PartsAsync(HttpClient client, string jobRunId)
    {
        var parts = new List<Parts>();
        string? cursor = null;
        do
        {
            var page = (await client.GetFromJsonAsync<JsonObject>(
                $"{Project}/runs?jobRunId={jobRunId}&type=API&pageSize=200{(cursor is null ? null : $"&cursor={Uri.EscapeDataString(cursor)}")}"))!;
            foreach (var run in page["runs"]!.AsArray())
            {
                var detail = (await client.GetFromJsonAsync<JsonObject>($"{Project}/runs/{SampleDashboard.Text(run!, "runId")}"))!;
                var attempt = detail["attempts"]!.AsArray().Single()!;
                parts.Add(new Parts(
                    Milliseconds(detail, "startedAt", attempt, "startedAt"),
                    Milliseconds(attempt, "startedAt", attempt, "finishedAt"),
                    Milliseconds(attempt, "finishedAt", detail, "finishedAt")));
            }

            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        return parts;
    }

    private static double Milliseconds(JsonNode from, string start, JsonNode to, string end) =>
        (to[end]!.GetValue<DateTimeOffset>() - from[start]!.GetValue<DateTimeOffset>()).TotalMilliseconds;

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

    /// <summary>Milliseconds of a Run.</summary>
    private sealed record Parts(double Browser, double Attempt, double End);
}
