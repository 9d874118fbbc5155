using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>An installation that began on SQLite and grew: the real program, its data moved to a real PostgreSQL.</summary>
public sealed class MigrateTests
{
    [PostgresFact]
    public async Task An_installation_goes_on_in_postgres_with_its_runs_logins_and_secrets()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        using var data = new TemporaryFolder("migrate");
        string[] target = [$"--Dashboard:DataDirectory={data.Path}", $"--Database:ConnectionString={connection}"];
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        await dashboard.LogInAsync("moved");
        var before = await dashboard.EndAsync(await dashboard.StartRunAsync("moved"));
        Assert.Equal("completed", SampleDashboard.Text(before, "status"));
        var runs = await ListAsync(dashboard);

        var (busy, refusal) = await DashboardProcess.RunAsync(["migrate", .. target]);
        Assert.Equal(1, busy);
        Assert.Contains("in use by another IntunedDashboard", refusal, StringComparison.Ordinal);

        await dashboard.Process.StopAsync();
        var (moved, output) = await DashboardProcess.RunAsync(["migrate", .. target]);
        Assert.True(moved == 0, output);
        Assert.Matches(@"Runs: [1-9]\d* rows", output);
        Assert.DoesNotContain(connection, output, StringComparison.Ordinal);

        await dashboard.StartAsync("--Database:Provider=Postgres", $"--Database:ConnectionString={connection}");
        Assert.Equal(runs, await ListAsync(dashboard));
        var after = await dashboard.EndAsync(await dashboard.StartRunAsync("moved"));
        Assert.True(SampleDashboard.Text(after, "status") == "completed", after.ToJsonString());
        await dashboard.Process.StopAsync();

        var (again, reason) = await DashboardProcess.RunAsync(["migrate", .. target]);
        Assert.Equal(1, again);
        Assert.Contains("not empty", reason, StringComparison.Ordinal);
    }

    private static async Task<string> ListAsync(SampleDashboard dashboard) =>
        new JsonArray([.. (await dashboard.GetAsync("runs?pageSize=200"))["runs"]!.AsArray().Select(r => JsonNode.Parse(r!.ToJsonString()))]).ToJsonString();
}
