using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>A <see cref="TakeOverHost"/> whose pages are on a Web node and whose Runs are on a Worker.</summary>
public sealed class TwoNodesHost : TakeOverHost
{
    private string? _connection;

    public AppHost Worker { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        // Without PostgreSQL the tests are skipped.
        if (PostgresServer.Programs is not null)
        {
            await base.InitializeAsync();
        }
    }

    public override async Task DisposeAsync()
    {
        if (_connection is not null)
        {
            await Worker.DisposeAsync();
            await base.DisposeAsync();
            await PostgresServer.DropDatabaseAsync(_connection);
        }
    }

    protected override async Task<AppHost> StartAppAsync()
    {
        _connection = await DatabaseTemplate.CopyPostgresAsync();
        var settings = new Dictionary<string, string> { ["Database:Provider"] = "Postgres", ["Database:ConnectionString"] = _connection, ["Node:BrowserSlots"] = "2" };
        var web = await AppHost.StartAsync(new Dictionary<string, string>(settings) { ["Node:Role"] = "Web", ["Node:Name"] = "pages" });
        Worker = await AppHost.StartAsync(new Dictionary<string, string>(settings)
        {
            ["Node:Role"] = "Worker",
            ["Node:Name"] = "executor",
            ["Dashboard:PublicUrl"] = web.BaseUrl,
            ["Dashboard:DataDirectory"] = web.DataDirectory,
        });
        return web;
    }
}
