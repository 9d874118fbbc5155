using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Jobs;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// How many items a second are taken from JobRuns on PostgreSQL and written down as Runs, when ever more take them at once: from one JobRun,
/// whose counters make each wait for the one before, and from one JobRun each. No browser takes part, so this is what the database allows.
/// </summary>
public static class DispatchBenchmark
{
    /// <summary>What is done for the first time takes longer.</summary>
    private const int WarmItems = 500;

    /// <param name="items">1000 at most: so many Runs of a JobRun may go on at once.</param>
    public static async Task RunAsync(int items)
    {
        var postgres = await PostgresServer.StartAsync();
        try
        {
            await using var host = await AppHost.StartAsync(new Dictionary<string, string>
            {
                ["Database:Provider"] = "Postgres",
                ["Database:ConnectionString"] = postgres.ConnectionString,
                ["Node:Role"] = "Web",
            });
            using var client = await host.CreateApiClientAsync();
            client.BaseAddress = new Uri($"{host.BaseUrl}{host.WorkspacePath}/projects/");
            await JobBenchmark.DeployAsync(client);
            await MeasureAsync(host, client, 1, 1, WarmItems);
            foreach (var takers in new[] { 1, 2, 4, 8 })
            {
                var together = await MeasureAsync(host, client, takers, 1, items);
                var apart = takers == 1 ? together : await MeasureAsync(host, client, takers, takers, items);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{takers} at once: {together:0} items a second of one JobRun, {apart:0} of one JobRun each"));
            }
        }
        finally
        {
            await postgres.StopAsync();
        }
    }

    /// <returns>Items a second.</returns>
    private static async Task<double> MeasureAsync(AppHost host, HttpClient client, int takers, int jobRuns, int items)
    {
        var sequences = new List<long>();
        for (var i = 0; i < jobRuns; i++)
        {
            sequences.Add(await StartAsync(host, client, items / jobRuns));
        }

        var store = host.Services.GetRequiredService<JobRunStore>();
        var taken = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, takers).Select(taker => Task.Run(async () =>
        {
            while (await store.TryDispatchAsync(sequences[taker % jobRuns], CancellationToken.None) is not null)
            {
                Interlocked.Increment(ref taken);
            }
        })));
        return taken / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<long> StartAsync(AppHost host, HttpClient client, int items)
    {
        var job = JobBenchmark.NewJob(items, slots: items);
        var id = job["id"] = $"dispatch-{Guid.NewGuid():N}";
        using var created = await client.PostAsJsonAsync($"{JobBenchmark.Project}/jobs", job);
        created.EnsureSuccessStatusCode();
        using var triggered = await client.PostAsJsonAsync($"{JobBenchmark.Project}/jobs/{id}/trigger", new { });
        var jobRun = SampleDashboard.Text((await triggered.Content.ReadFromJsonAsync<JsonObject>())!, "jobRunId");
        var contexts = host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Set<JobRun>().Where(r => r.Id == jobRun).Select(r => r.Seq).SingleAsync();
    }
}
