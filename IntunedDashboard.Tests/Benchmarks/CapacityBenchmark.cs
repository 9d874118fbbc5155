using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Npgsql;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// One Web node and ever more Workers with one slot each on a PostgreSQL of their own: how soon an idle Worker begins a Run, how many items
/// of an API that does next to nothing a JobRun gets through, and who uses the processors meanwhile.
/// </summary>
public static class CapacityBenchmark
{
    private const int PickUps = 40;

    /// <summary>For each Worker.</summary>
    private const int WarmItems = 8;

    public static async Task RunAsync(int items, params int[] workers)
    {
        foreach (var count in workers)
        {
            await RunAsync(items, count);
        }
    }

    private static async Task RunAsync(int items, int count)
    {
        var postgres = await PostgresServer.StartAsync();
        using var data = new TemporaryFolder("capacity");
        await using var web = new SampleDashboard(data.Path);
        var workers = new List<DashboardProcess>();
        try
        {
            var url = $"http://127.0.0.1:{PostgresServer.FreePort()}";
            string[] common =
            [
                "--Database:Provider=Postgres", $"--Database:ConnectionString={postgres.ConnectionString}", $"--Dashboard:PublicUrl={url}", "--Node:BrowserSlots=1",
            ];
            await web.StartAsync([.. common, "--Node:Role=Web", "--Node:Name=web", $"--urls={url}"]);
            for (var i = 1; i <= count; i++)
            {
                workers.Add(await DashboardProcess.StartAsync(data.Path, [.. common, "--Node:Role=Worker", $"--Node:Name=worker-{i}"]));
            }

            await JobBenchmark.DeployAsync(web.Client);

            // What a Worker does for the first time takes it longer: none is measured before it has run something.
            await CreateJobAsync(web, "warm", JobBenchmark.NewJob(WarmItems * count, count));
            await RunJobAsync(web, "warm");
            var pickUps = await MeasurePickUpsAsync(web, unmeasured: 2 * count);
            await CreateJobAsync(web, JobBenchmark.Job, JobBenchmark.NewJob(items, count));
            var server = await FindServerAsync(postgres);
            var before = await ReadAsync(postgres, server, web, workers);
            var jobRun = await RunJobAsync(web, JobBenchmark.Job);
            var used = (await ReadAsync(postgres, server, web, workers)).Since(before);
            Print(items, count, pickUps, jobRun, used);
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }

            await postgres.StopAsync();
        }
    }

    private static void Print(int items, int count, List<double> pickUps, TimeSpan jobRun, Usage used)
    {
        pickUps.Sort();
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(culture, $"{count} Workers: a Run begins after {pickUps[PickUps / 2]:0} ms (median), {pickUps[(int)(PickUps * 0.95)]:0} ms (p95)"));
        Console.WriteLine(string.Create(
            culture, $"  {items} items in {jobRun.TotalSeconds:0.0} s: {items / jobRun.TotalMinutes:0} a minute, {used.Transactions / items:0.0} transactions an item"));
        var rest = used.Machine - used.Postgres - used.Web - used.Workers;
        Console.WriteLine(string.Create(
            culture,
            $"  of {Environment.ProcessorCount} processors {100 * used.Machine / jobRun.TotalSeconds / Environment.ProcessorCount:0} % were busy; an item took {Each(used.Postgres)} ms of PostgreSQL, {Each(used.Web)} ms of the Web node, {Each(used.Workers)} ms of the Workers, {Each(rest)} ms of browsers and runners"));

        string Each(double seconds) => (1000 * seconds / items).ToString("0", culture);
    }

    private static async Task<List<double>> MeasurePickUpsAsync(SampleDashboard web, int unmeasured)
    {
        var waits = new List<double>();
        for (var i = -unmeasured; i < PickUps; i++)
        {
            using var answer = await web.Client.PostAsJsonAsync($"{JobBenchmark.Project}/run/start", new { api = "hello", parameters = new { name = "you" } });
            answer.EnsureSuccessStatusCode();
            var id = SampleDashboard.Text((await answer.Content.ReadFromJsonAsync<JsonObject>())!, "runId");
            var run = await Eventually.GetAsync(
                () => web.Client.GetFromJsonAsync<JsonObject>($"{JobBenchmark.Project}/runs/{id}"),
                r => SampleDashboard.Text(r!, "status") == "completed",
                TimeSpan.FromMinutes(1));
            if (i >= 0)
            {
                waits.Add((ClusterRounds.At(run!, "startedAt") - ClusterRounds.At(run!, "createdAt")).TotalMilliseconds);
            }

            // Only an idle Worker is meant: the browser that the Run has used up is replaced first.
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        return waits;
    }

    private static async Task CreateJobAsync(SampleDashboard web, string id, JsonObject job)
    {
        job["id"] = id;
        using var created = await web.Client.PostAsJsonAsync($"{JobBenchmark.Project}/jobs", job);
        created.EnsureSuccessStatusCode();
    }

    private static async Task<TimeSpan> RunJobAsync(SampleDashboard web, string job)
    {
        using var triggered = await web.Client.PostAsJsonAsync($"{JobBenchmark.Project}/jobs/{job}/trigger", new { });
        var id = SampleDashboard.Text((await triggered.Content.ReadFromJsonAsync<JsonObject>())!, "jobRunId");
        while (true)
        {
            var answer = await web.Client.GetFromJsonAsync<JsonObject>($"{JobBenchmark.Project}/jobs/{job}/runs/{id}");
            if (answer!["jobRun"] is { } run && run["end_time"] is { } end)
            {
                return end.GetValue<DateTimeOffset>() - run["start_time"]!.GetValue<DateTimeOffset>();
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<int> FindServerAsync(PostgresInstance postgres)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return ProcessorTime.ParentOf((int)(await command.ExecuteScalarAsync())!);
    }

    private static async Task<Usage> ReadAsync(PostgresInstance postgres, int server, SampleDashboard web, List<DashboardProcess> workers)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()", connection);
        var transactions = (long)(await command.ExecuteScalarAsync())!;

        // Children of the server that have ended count at the server itself.
        var database = ProcessorTime.Of(server, withEnded: true) + ProcessTree.DescendantsOf(server).Sum(p => ProcessorTime.Of(p.Pid));
        return new Usage(
            transactions, ProcessorTime.OfMachine(), database, ProcessorTime.Of(web.Process.ProcessId), workers.Sum(w => ProcessorTime.Of(w.ProcessId)));
    }

    /// <summary>Seconds of processor time, besides the first.</summary>
    private sealed record Usage(double Transactions, double Machine, double Postgres, double Web, double Workers)
    {
        public Usage Since(Usage before) => new(
            Transactions - before.Transactions,
            Machine - before.Machine,
            Postgres - before.Postgres,
            Web - before.Web,
            Workers - before.Workers);
    }
}
