using IntunedDashboard.Data;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Data;

public sealed class MigrationTests
{
    [DataFact]
    public async Task Every_change_of_the_model_has_a_migration()
    {
        await using var host = await AppHost.StartAsync();
        await using var db = await OpenAsync(host);

        Assert.Equal(TestDatabase.IsPostgres, db.Database.IsNpgsql());
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task The_database_keeps_a_write_ahead_log_and_its_foreign_keys()
    {
        await using var host = await AppHost.StartAsync();
        await using var db = await OpenAsync(host);

        Assert.Equal("wal", (await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync()).Single());
        Assert.Equal(1, (await db.Database.SqlQueryRaw<int>("SELECT foreign_keys AS Value FROM pragma_foreign_keys").ToListAsync()).Single());
    }

    private static Task<AppDbContext> OpenAsync(AppHost host) =>
        host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
}
