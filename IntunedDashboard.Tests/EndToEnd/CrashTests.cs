using System.Globalization;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using Microsoft.Data.Sqlite;

namespace IntunedDashboard.Tests.EndToEnd;

public sealed class CrashTests
{
    [LinuxFact]
    public async Task A_server_killed_during_Runs_leaves_nothing_behind() => await CrashRounds.RunAsync(rounds: 3, seed: 20, _ => { });
}

/// <summary>
/// SIGKILL in the middle of work. After the next start every accepted Run ends, no session stays locked, nothing succeeded twice, every result has reached its sink under one id, no
/// process is left and the database is whole. The test makes a few rounds; the test program's <c>crash</c> command makes many.
/// </summary>
public static class CrashRounds
{
    private const int RunsEachRound = 6;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(int rounds, int seed, Action<string> report)
    {
        var random = new Random(seed);
        using var data = new TemporaryFolder("crash");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        await dashboard.LogInAsync("crash-user");
        await using var receiver = await WebhookReceiver.StartAsync();
        var sink = receiver.Sink();
        for (var round = 1; round <= rounds; round++)
        {
            var wait = LongestWait * random.NextDouble();
            await dashboard.ControlAsync(string.Create(CultureInfo.InvariantCulture, $"slow?ms={random.Next(0, 400)}"));
            if (random.Next(2) == 0)
            {
                await dashboard.ControlAsync("expire-all");
            }

            var runs = (await Task.WhenAll(Enumerable.Range(0, RunsEachRound).Select(_ => dashboard.StartRunAsync("crash-user", sink: sink)))).ToList();
            if (random.Next(2) == 0 && await dashboard.TryUpdateAsync("crash-user") is { } update)
            {
                runs.Add(update);
            }

            await Task.Delay(wait);
            var started = ProcessTree.DescendantsOf(dashboard.Process.ProcessId);
            await dashboard.Process.KillAsync();
            await dashboard.StartAsync();
            foreach (var id in runs)
            {
                var run = await dashboard.EndAsync(id);
                var successes = run["attempts"]!.AsArray().Count(a => SampleDashboard.Text(a!, "status") == "completed");
                Assert.True(SampleDashboard.Text(run, "type") != "API" || successes == (SampleDashboard.Text(run, "status") == "completed" ? 1 : 0), run.ToJsonString());
                Assert.All(run["attempts"]!.AsArray(), a => Assert.NotNull(a!["finishedAt"]));
                if (SampleDashboard.Text(run, "type") == "API" && SampleDashboard.Text(run, "status") != "canceled")
                {
                    await Eventually.TrueAsync(() => receiver.All.Any(r => r.RunId == id));
                    Assert.Single(receiver.All.Where(r => r.RunId == id).Select(r => (r.Id, r.Body)).Distinct());
                }
            }

            var session = await dashboard.GetAsync("auth-sessions/crash-user/details");
            Assert.False(session.ContainsKey("lockedBy"), session.ToJsonString());
            await Eventually.TrueAsync(() => !started.Any(p => p.IsAlive));
            var unfinished = await dashboard.GetAsync("runs?status=pending,started");
            Assert.Empty(unfinished["runs"]!.AsArray());
            report(string.Create(CultureInfo.InvariantCulture, $"round {round}: killed after {wait.TotalMilliseconds:0} ms with {started.Count} processes"));
        }

        await dashboard.Process.StopAsync();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(data.Path, "dashboard.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync());
    }
}
