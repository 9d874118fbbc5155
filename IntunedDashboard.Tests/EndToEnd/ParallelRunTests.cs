using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Many Runs on one session, counted by the sample site itself.</summary>
public sealed class ParallelRunTests(TroubleHost host) : IClassFixture<TroubleHost>, IDisposable
{
    private const int Runs = 50;

    private readonly ProjectDriver _project = new(host.App, "trouble") { SaveTraces = false };

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("parallel-expired", true)]
    [InlineData("parallel-valid", false)]
    public async Task Fifty_Runs_on_one_session_cause_one_login_when_it_is_expired_and_none_when_it_is_valid(string session, bool isExpired)
    {
        var (created, _) = await host.LogInAsync(session);
        Assert.Equal("done", ProjectDriver.Text(created, "status"));
        if (isExpired)
        {
            await host.ControlAsync("expire-all");
        }

        var before = await StatsAsync();
        var authSession = new JsonObject { ["id"] = session, ["checkAttempts"] = 1 };
        var ids = new List<string>();
        for (var i = 0; i < Runs; i++)
        {
            ids.Add(await StartAsync(authSession));
        }

        foreach (var id in ids)
        {
            var run = await _project.EndAsync(id);
            Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
            Assert.Equal(50, run["result"]!["rows"]!.GetValue<int>());
        }

        var after = await StatsAsync();
        Assert.Equal(isExpired ? 1 : 0, Count(after, "logins") - Count(before, "logins"));
        Assert.Equal(Runs, Visits(after, "employees") - Visits(before, "employees"));
        Assert.False((await _project.DetailsAsync(session)).ContainsKey("lockedBy"));
    }

    /// <summary>A start that meets the one login in progress is refused with 409, as published, and comes again.</summary>
    private async Task<string> StartAsync(JsonObject authSession) => (await Eventually.GetAsync(
        async () =>
        {
            try
            {
                return await _project.StartAsync("read", authSession.DeepClone().AsObject(), parameters: new JsonObject { ["path"] = "employees" });
            }
            catch (Xunit.Sdk.TrueException refused) when (refused.Message.Contains("auth-session-already-in-use", StringComparison.Ordinal))
            {
                return null;
            }
        },
        id => id is not null))!;

    private async Task<JsonObject> StatsAsync() =>
        JsonNode.Parse(await host.Client.GetStringAsync("/sample-site/control/stats"))!.AsObject();

    private static int Count(JsonObject stats, string name) => stats[name]!.GetValue<int>();

    private static int Visits(JsonObject stats, string page) =>
        stats["visits"]!.AsObject().Where(v => v.Key.EndsWith($"/{page}", StringComparison.Ordinal)).Sum(v => v.Value!.GetValue<int>());
}
