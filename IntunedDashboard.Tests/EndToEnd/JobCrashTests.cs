using System.Globalization;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

public sealed class JobCrashTests
{
    [LinuxFact]
    public async Task A_JobRun_through_crashes_delivers_every_item_under_one_id() => await JobCrashRounds.RunAsync(kills: 2, items: 8, seed: 40, _ => { });
}

/// <summary>
/// SIGKILL at random moments of a JobRun whose results go to a webhook: every item ends once and is delivered, none under two ids, and
/// the counters are right. The test makes a few kills; the test program's <c>crash-job</c> command makes many.
/// </summary>
public static class JobCrashRounds
{
    private const string JobId = "crashing";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The sample site forgets its visitors with each kill.</summary>
    private const string ManyLogins = "--AuthSessions:LoginsPerHour=1000";

    public static async Task RunAsync(int kills, int items, int seed, Action<string> report)
    {
        var random = new Random(seed);
        using var data = new TemporaryFolder("crash-job");
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync(ManyLogins);
        await dashboard.LogInAsync("crash-user");
        await dashboard.PostAsync("jobs", NewJob(items, receiver));
        var jobRun = $"jobs/{JobId}/runs/{SampleDashboard.Text(await dashboard.PostAsync($"jobs/{JobId}/trigger", new { }), "jobRunId")}";

        // In the order in which they will be reached; the moment is that in which a result has just come in and is not yet answered.
        foreach (var at in Enumerable.Range(0, kills).Select(_ => random.Next(items)).Order().ToList())
        {
            try
            {
                await Eventually.TrueAsync(() => receiver.All.Count > at, Patience);
            }
            catch (TimeoutException stuck)
            {
                throw new InvalidOperationException((await dashboard.GetAsync(jobRun)).ToJsonString(), stuck);
            }

            await dashboard.Process.KillAsync();
            report(string.Create(CultureInfo.InvariantCulture, $"killed after {receiver.All.Count} results of {items} items"));
            await dashboard.StartAsync(ManyLogins);
        }

        var ended = await Eventually.GetAsync(
            async () => (await dashboard.GetAsync(jobRun))["jobRun"]!, run => run["end_time"] is not null, Patience);
        Assert.Equal("SUCCESS", SampleDashboard.Text(ended, "status"));
        var (good, bad) = (ended["successful_runs"]!.GetValue<int>(), ended["failed_runs"]!.GetValue<int>());
        Assert.Equal((items, items), (ended["payloads"]!.GetValue<int>(), good + bad));
        await Eventually.TrueAsync(() => receiver.All.Select(r => r.RunId).Distinct().Count() >= items, Patience);

        var all = receiver.All;
        Assert.Equal(Enumerable.Range(0, items), all.GroupBy(r => r.RunId).Select(runs => ItemOf(Assert.Single(runs.DistinctBy(r => (r.Id, r.Body))))).Order());
        Assert.Equal(good, all.DistinctBy(r => r.RunId).Count(r => r.Json["apiInfo"]!["result"]!["status"]!.GetValue<string>() == "completed"));
        report(string.Create(CultureInfo.InvariantCulture, $"{all.Count} messages for {items} items, {bad} of them failed"));
    }

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
        ["auth_session"] = new JsonObject { ["id"] = "crash-user" },
        ["sink"] = receiver.Sink(),
    };
}
