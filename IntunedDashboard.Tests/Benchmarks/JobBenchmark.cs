using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Runs;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// A JobRun of many items of an API that does next to nothing, against the same items by the engine alone, in turns: the
/// difference is what the platform adds. The parts of an item tell where its time goes; they may overlap with the launch of the next
/// browser, so they do not add up to that difference. The program's memory is read at each tenth of the way.
/// </summary>
public static class JobBenchmark
{
    internal const string Project = "job-benchmark";
    internal const string Job = "many-items";

    /// <summary>Each look costs the server what an item costs it.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    /// <summary>Of the baseline, each time.</summary>
    private const int MostBaselineItems = 200;

    public static async Task RunAsync(int items, int slots, int rounds, bool isWatched)
    {
        using var data = new TemporaryFolder("job-benchmark");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync($"--Node:BrowserSlots={slots}");
        await DeployAsync(dashboard.Client);
        using (var created = await dashboard.Client.PostAsJsonAsync($"{Project}/jobs", NewJob(items, slots)))
        {
            created.EnsureSuccessStatusCode();
        }

        await using var engine = await EngineAlone.StartAsync(data.Path, slots);
        var baseline = await MeasureAsync(engine, items);
        var added = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var each = await RunJobAsync(dashboard, data.Path, items, slots, isWatched);
            var next = await MeasureAsync(engine, items);
            var alone = (baseline + next) / 2;
            added.Add(each - alone);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"a slot's time for an item: {each:0.0} ms, by the engine alone {alone:0.0} ms; the platform adds {each - alone:0.0} ms, ratio {each / alone:0.000}"));
            baseline = next;
        }

        if (rounds > 1)
        {
            Print("the platform adds, by rounds", added);
        }
    }

    /// <returns>Milliseconds of a slot for each item.</returns>
    private static async Task<double> RunJobAsync(SampleDashboard dashboard, string dataDirectory, int items, int slots, bool isWatched)
    {
        using var triggered = await dashboard.Client.PostAsJsonAsync($"{Project}/jobs/{Job}/trigger", new { });
        var jobRun = $"{Project}/jobs/{Job}/runs/{SampleDashboard.Text((await triggered.Content.ReadFromJsonAsync<JsonObject>())!, "jobRunId")}";
        await using var page = isWatched ? await WatchedJobRun.OpenAsync(dashboard, $"/projects/{jobRun}") : null;
        var memory = new List<double>();
        var (machine, server) = (ProcessorTime.OfMachine(), ProcessorTime.Of(dashboard.Process.ProcessId));
        JsonNode state;
        while ((state = (await dashboard.Client.GetFromJsonAsync<JsonObject>(jobRun))!["jobRun"]!)["end_time"] is null)
        {
            var done = state["successful_runs"]!.GetValue<int>() + state["failed_runs"]!.GetValue<int>();
            if (done * 10 / items > memory.Count)
            {
                memory.Add(Megabytes(dashboard.Process.ProcessId));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} of {items} items, {memory[^1]:0} MB"));
            }

            if (page is not null)
            {
                await page.ShowsAsync(done);
            }

            await Task.Delay(PollInterval);
        }

        if (SampleDashboard.Text(state, "status") != "SUCCESS" || state["successful_runs"]!.GetValue<int>() != items)
        {
            throw new InvalidOperationException(state.ToJsonString());
        }

        var wall = state["end_time"]!.GetValue<DateTimeOffset>() - state["start_time"]!.GetValue<DateTimeOffset>();
        machine = ProcessorTime.OfMachine() - machine;
        server = ProcessorTime.Of(dashboard.Process.ProcessId) - server;
        Print(items, slots, wall, machine, server, await PartsAsync(dataDirectory, SampleDashboard.Text(state, "id"), slots), memory);
        if (page is not null)
        {
            await page.ShowsAsync(items);
            await page.PrintAsync();
        }

        return wall.TotalMilliseconds * slots / items;
    }

    private static async Task<double> MeasureAsync(EngineAlone engine, int items)
    {
        items = Math.Min(items, MostBaselineItems);
        var (machine, program) = (ProcessorTime.OfMachine(), ProcessorTime.Of(Environment.ProcessId));
        var milliseconds = await engine.MeasureAsync(items);
        machine = ProcessorTime.OfMachine() - machine;
        program = ProcessorTime.Of(Environment.ProcessId) - program;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"engine alone: {milliseconds:0.0} ms of a slot for an item; an item takes {1000 * machine / items:0.0} ms of processor time, {1000 * program / items:0.0} ms of it the program's"));
        return milliseconds;
    }

    private static void Print(int items, int slots, TimeSpan wall, double machine, double server, List<Parts> parts, List<double> memory)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{items} items in {wall.TotalSeconds:0.0} s with {slots} slots: {items / wall.TotalMinutes:0} items a minute; an item takes {1000 * machine / items:0.0} ms of processor time, {1000 * server / items:0.0} ms of it the server's"));
        Print("waiting for its browser", parts.ConvertAll(p => p.Browser));
        Print("in browser and runner", parts.ConvertAll(p => p.Engine));
        Print("platform: from slot to slot", parts.ConvertAll(p => p.Dispatch));
        Print("platform: before the browser", parts.ConvertAll(p => p.Before));
        Print("platform: before the runner", parts.ConvertAll(p => p.Between));
        Print("platform: after the runner", parts.ConvertAll(p => p.After));
        Print("platform time of an item", parts.ConvertAll(p => p.Dispatch + p.Before + p.Between + p.After));
        Console.WriteLine($"memory at each tenth: {string.Join(", ", memory.Select(m => m.ToString("0", CultureInfo.InvariantCulture)))} MB");
    }

    private static void Print(string name, List<double> milliseconds)
    {
        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-30} mean {milliseconds.Average(),7:0.0} ms  median {milliseconds[milliseconds.Count / 2],7:0.0} ms  p95 {milliseconds[(int)(milliseconds.Count * 0.95)],7:0.0} ms"));
    }

    /// <summary>
    /// Where each item's time went. An item starts in the slot that was given back longest ago, so the n-th start follows the end that
    /// freed its slot: the one that is as many ends back as there are slots.
    /// </summary>
    private static async Task<List<Parts>> PartsAsync(string dataDirectory, string jobRunId, int slots)
    {
        var options = new DbContextOptionsBuilder<AppDbContext>().UseSqlite($"Data Source={Path.Combine(dataDirectory, "dashboard.db")};Mode=ReadOnly");
        await using var db = new AppDbContext(options.Options);
        var runs = await db.Set<Run>().Where(r => r.JobRunId == jobRunId && r.Type == RunType.Api)
            .Join(db.Set<Attempt>(), r => r.Id, a => a.RunId, (r, a) => new { r.StartedAt, r.FinishedAt, a.StagesJson })
            .ToListAsync();
        var starts = runs.Select(r => r.StartedAt!.Value).Order().ToList();
        var ends = runs.Select(r => r.FinishedAt!.Value).Order().ToList();
        var dispatch = starts.Skip(slots).Zip(ends, (start, end) => (Start: start, Gap: (start - end).TotalMilliseconds)).ToList();
        var gaps = dispatch.GroupBy(d => d.Start).ToDictionary(g => g.Key, g => g.First().Gap);
        var parts = new List<Parts>();
        foreach (var run in runs.Where(r => gaps.ContainsKey(r.StartedAt!.Value)))
        {
            var stages = JsonSerializer.Deserialize<List<AttemptStage>>(run.StagesJson, JsonSerializerOptions.Web)!;
            var browser = stages.First(s => s.Stage == AttemptStage.Browser);
            var engine = stages.Where(s => s.Stage != AttemptStage.Browser).ToList();
            var (begun, ended) = (engine.Min(s => s.StartedAt), engine.Max(EndOf));
            parts.Add(new Parts(
                browser.DurationMs,
                (ended - begun).TotalMilliseconds,
                gaps[run.StartedAt!.Value],
                (browser.StartedAt - run.StartedAt!.Value).TotalMilliseconds,
                (begun - EndOf(browser)).TotalMilliseconds,
                (run.FinishedAt!.Value - ended).TotalMilliseconds));
        }

        return parts;
    }

    private static DateTimeOffset EndOf(AttemptStage stage) => stage.StartedAt.AddMilliseconds(stage.DurationMs);

    private static double Megabytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / 1e6;
    }

    internal static async Task DeployAsync(HttpClient client)
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

    internal static JsonObject NewJob(int items, int slots) => new()
    {
        ["id"] = Job,
        ["payload"] = new JsonArray([.. Enumerable.Range(0, items).Select(JsonNode (n) => new JsonObject
        {
            ["apiName"] = "hello",
            ["parameters"] = new JsonObject { ["name"] = $"item {n}" },
        })]),
        ["configuration"] = new JsonObject { ["maxConcurrentRequests"] = slots },
    };

    /// <summary>Milliseconds of an item, in the order of the words that print them.</summary>
    private sealed record Parts(double Browser, double Engine, double Dispatch, double Before, double Between, double After);
}
