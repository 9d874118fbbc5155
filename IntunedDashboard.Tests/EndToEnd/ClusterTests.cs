using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using Npgsql;

namespace IntunedDashboard.Tests.EndToEnd;

public sealed class ClusterTests
{
    [PostgresFact]
    public async Task Three_nodes_outlast_a_kill_a_freeze_and_a_restart_of_the_database() => await ClusterRounds.RunAsync(runs: 8, items: 12, _ => { });
}

/// <summary>
/// One Web node and two Workers as processes on a PostgreSQL of their own. In the middle of Runs and of a JobRun a Worker is killed, another
/// one stands still for longer than its lease and wakes up, and the database is started again: every Run ends once, every item is delivered
/// under one id. The test does it in small; the test program's <c>cluster</c> command does it with many.
/// </summary>
public static class ClusterRounds
{
    private const string JobId = "cluster";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(int runs, int items, Action<string> report)
    {
        var postgres = await PostgresServer.StartAsync();
        using var data = new TemporaryFolder("cluster");
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var web = new SampleDashboard(data.Path);
        var url = $"http://127.0.0.1:{PostgresServer.FreePort()}";
        string[] common =
        [
            "--Database:Provider=Postgres", $"--Database:ConnectionString={postgres.ConnectionString}", $"--Dashboard:PublicUrl={url}",
            "--Network:AllowPrivateTargets=true", "--Node:BrowserSlots=2",
        ];
        await web.StartAsync([.. common, "--Node:Role=Web", "--Node:Name=web", $"--urls={url}"]);
        var killed = await StartWorkerAsync(data, common, "killed");
        await using var frozen = await StartWorkerAsync(data, common, "frozen");
        try
        {
            await CheckWorkerAsync(killed);
            await web.LogInAsync("cluster-user");
            await MeasurePickUpAsync(web, report);
            await RunAsync(web, postgres, receiver, killed, frozen, () => StartWorkerAsync(data, common, "third"), runs, items, report);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException(
                $"{fault}\n--- web\n{Tail(web.Process)}\n--- killed\n{Tail(killed)}\n--- frozen\n{Tail(frozen)}", fault);
        }
        finally
        {
            await killed.DisposeAsync();
        }
    }

    private static async Task RunAsync(
        SampleDashboard web, PostgresInstance postgres, WebhookReceiver receiver, DashboardProcess killed, DashboardProcess frozen,
        Func<Task<DashboardProcess>> startThird, int runs, int items, Action<string> report)
    {
        await web.ControlAsync("slow?ms=100");
        await web.PostAsync("jobs", NewJob(items, receiver));
        var jobRun = $"jobs/{JobId}/runs/{SampleDashboard.Text(await web.PostAsync($"jobs/{JobId}/trigger", new { }), "jobRunId")}";
        var ids = (await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => web.StartRunAsync("cluster-user")))).ToList();

        await UntilAsync(receiver, items / 5);
        await killed.KillAsync();
        var killedAt = Stopwatch.GetTimestamp();
        report($"killed a Worker after {receiver.All.Count} results");
        await using var third = await startThird();
        await Eventually.GetAsync(() => CountAsync(postgres, "\"Name\" = 'killed' AND \"TakenOverAt\" IS NOT NULL"), c => c == 1, TimeSpan.FromMinutes(2));
        report(string.Create(CultureInfo.InvariantCulture, $"what it held was taken over after {Stopwatch.GetElapsedTime(killedAt).TotalSeconds:0.0} s"));
        Assert.True(Stopwatch.GetElapsedTime(killedAt) < TimeSpan.FromSeconds(60));

        await UntilAsync(receiver, items / 3);
        await frozen.FreezeAsync();
        report($"froze a Worker after {receiver.All.Count} results");
        await Eventually.GetAsync(() => CountAsync(postgres, "\"Name\" = 'frozen' AND \"TakenOverAt\" IS NOT NULL"), c => c == 1, TimeSpan.FromMinutes(2));
        await frozen.ThawAsync();
        await Eventually.GetAsync(() => CountAsync(postgres, "\"Name\" = 'frozen' AND \"EndedAt\" IS NULL"), c => c == 1, TimeSpan.FromMinutes(2));
        report("it woke up and goes on under a new id");

        await UntilAsync(receiver, items / 2);
        await postgres.StopAsync();
        await postgres.StartAsync();
        NpgsqlConnection.ClearAllPools();
        report($"the database was started again after {receiver.All.Count} results");

        foreach (var id in ids)
        {
            var run = await TryGetAsync(() => web.GetAsync($"runs/{id}"), r => SampleDashboard.Text(r, "status") is "completed" or "failed" or "canceled");
            Assert.All(run["attempts"]!.AsArray(), a => Assert.NotNull(a!["finishedAt"]));
        }

        var ended = await TryGetAsync(async () => (await web.GetAsync(jobRun))["jobRun"]!.AsObject(), run => run["end_time"] is not null);
        Assert.Equal("SUCCESS", SampleDashboard.Text(ended, "status"));
        var (good, bad) = (ended["successful_runs"]!.GetValue<int>(), ended["failed_runs"]!.GetValue<int>());
        Assert.Equal((items, items), (ended["payloads"]!.GetValue<int>(), good + bad));
        await Eventually.TrueAsync(() => receiver.All.Select(r => r.RunId).Distinct().Count() >= items, Patience);
        var all = receiver.All;
        Assert.Equal(Enumerable.Range(0, items), all.GroupBy(r => r.RunId).Select(same => ItemOf(Assert.Single(same.DistinctBy(r => (r.Id, r.Body))))).Order());
        Assert.Equal(good, all.DistinctBy(r => r.RunId).Count(r => r.Json["apiInfo"]!["result"]!["status"]!.GetValue<string>() == "completed"));
        var unfinished = await web.GetAsync("runs?status=pending,started");
        Assert.Empty(unfinished["runs"]!.AsArray());
        Assert.False((await web.GetAsync("auth-sessions/cluster-user/details")).ContainsKey("lockedBy"));
        Assert.Equal(0, await ScalarAsync(postgres, "SELECT count(*) FROM \"Attempts\" WHERE \"FinishedAt\" IS NULL"));
        await CompareWithSiteAsync(web, postgres);
        report(string.Create(CultureInfo.InvariantCulture, $"{all.Count} messages for {items} items, {bad} of them failed; {ids.Count} Runs ended"));
    }

    /// <summary>What the site saw: nobody got in whom the platform does not know, and whatever completed has really been there.</summary>
    private static async Task CompareWithSiteAsync(SampleDashboard web, PostgresInstance postgres)
    {
        var stats = await web.ReadSiteAsync();
        var logins = stats["logins"]!.GetValue<int>();
        Assert.Equal(0, stats["failedLogins"]!.GetValue<int>());
        Assert.InRange(
            logins,
            await ScalarAsync(postgres, "SELECT count(*) FROM \"Attempts\" WHERE \"Kind\" = 'Create' AND \"Status\" = 'Completed'"),
            await ScalarAsync(postgres, "SELECT count(*) FROM \"Attempts\" WHERE \"Kind\" = 'Create'"));
        Assert.InRange(
            stats["visits"]!.AsObject().Where(v => v.Key.EndsWith("/employees", StringComparison.Ordinal)).Sum(v => v.Value!.GetValue<int>()),
            await ScalarAsync(postgres, "SELECT count(*) FROM \"Attempts\" WHERE \"Kind\" = 'Api' AND \"Status\" = 'Completed'"),
            await ScalarAsync(postgres, "SELECT count(*) FROM \"Attempts\" WHERE \"Kind\" IN ('Api', 'Check')"));
    }

    /// <summary>From the request at the Web node to the start on an idle Worker.</summary>
    private static async Task MeasurePickUpAsync(SampleDashboard web, Action<string> report)
    {
        var waits = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var run = await web.EndAsync(await web.StartRunAsync("cluster-user", saveTrace: false));
            waits.Add((At(run, "startedAt") - At(run, "createdAt")).TotalMilliseconds);
        }

        waits.Sort();
        report(string.Create(CultureInfo.InvariantCulture, $"a Run starts on an idle Worker after {waits[5]:0} ms (median), {waits[9]:0} ms at most"));

        // The goal is 250 ms; a machine that does other things as well only shows that nobody waits for the scheduler to look by itself.
        Assert.True(waits[9] < 3000, string.Join(' ', waits));
    }

    internal static DateTimeOffset At(JsonObject run, string name) => DateTimeOffset.Parse(SampleDashboard.Text(run, name), CultureInfo.InvariantCulture);

    private static async Task CheckWorkerAsync(DashboardProcess worker)
    {
        using var client = new HttpClient { BaseAddress = new Uri(worker.BaseUrl) };
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/account/login")).StatusCode);
        await Eventually.GetAsync(() => client.GetAsync("/health/ready"), answer => answer.StatusCode == HttpStatusCode.OK);
    }

    private static Task<DashboardProcess> StartWorkerAsync(TemporaryFolder data, string[] common, string name) =>
        DashboardProcess.StartAsync(data.Path, [.. common, "--Node:Role=Worker", $"--Node:Name={name}"]);

    private static Task UntilAsync(WebhookReceiver receiver, int count) => Eventually.TrueAsync(() => receiver.All.Count >= count, Patience);

    /// <summary>The Web node may have to make its connections again.</summary>
    private static Task<JsonObject> TryGetAsync(Func<Task<JsonObject>> read, Func<JsonObject, bool> until) => Eventually.GetAsync(
        async () =>
        {
            try
            {
                return await read();
            }
            catch (HttpRequestException)
            {
                return [];
            }
        },
        value => value.Count > 0 && until(value),
        Patience);

    private static Task<long> CountAsync(PostgresInstance postgres, string condition) =>
        ScalarAsync(postgres, $"SELECT count(*) FROM \"Nodes\" WHERE {condition}");

    private static async Task<long> ScalarAsync(PostgresInstance postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static string Tail(DashboardProcess process) => string.Join('\n', process.Output.Split('\n').TakeLast(60));

    private static int ItemOf(Received received) => received.Json["apiInfo"]!["parameters"]!["item"]!.GetValue<int>();

    private static JsonObject NewJob(int items, WebhookReceiver receiver) => new()
    {
        ["id"] = JobId,
        ["payload"] = new JsonArray([.. Enumerable.Range(0, items).Select(JsonNode (n) => new JsonObject
        {
            ["apiName"] = "list-employees",
            ["parameters"] = new JsonObject { ["department"] = "Engineering", ["item"] = n },
        })]),
        ["configuration"] = new JsonObject { ["retry"] = new JsonObject { ["maximumAttempts"] = 10 } },
        ["auth_session"] = new JsonObject { ["id"] = "cluster-user" },
        ["sink"] = receiver.Sink(),
    };
}
