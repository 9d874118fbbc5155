using IntunedDashboard.Data;
using IntunedDashboard.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Tests.Data;

public sealed class SqlitePragmasTests
{
    [Fact]
    public async Task Every_connection_is_told_once_and_one_of_the_pool_remembers()
    {
        using var folder = new TemporaryFolder("pragmas");
        var options = new DbContextOptionsBuilder<AppDbContext>()
            .UseSqlite($"Data Source={Path.Combine(folder.Path, "test.db")}")
            .AddInterceptors(SqlitePragmas.Instance)
            .Options;
        await using var first = new AppDbContext(options);
        await first.Database.OpenConnectionAsync();
        await using var second = new AppDbContext(options);
        await second.Database.OpenConnectionAsync();
        Assert.NotSame(((SqliteConnection)first.Database.GetDbConnection()).Handle, ((SqliteConnection)second.Database.GetDbConnection()).Handle);
        Assert.Equal((30_000, 1), await ReadAsync(first));
        Assert.Equal((30_000, 1), await ReadAsync(second));

        var pooled = ((SqliteConnection)first.Database.GetDbConnection()).Handle;
        await first.Database.CloseConnectionAsync();
        await using var again = new AppDbContext(options);
        await again.Database.OpenConnectionAsync();
        Assert.Same(pooled, ((SqliteConnection)again.Database.GetDbConnection()).Handle);
        Assert.Equal((30_000, 1), await ReadAsync(again));
    }

    /// <returns>The milliseconds that it waits for another writer, and how it synchronises: 1 is NORMAL.</returns>
    private static async Task<(int BusyTimeout, int Synchronous)> ReadAsync(AppDbContext db) =>
        (await PragmaAsync(db, "busy_timeout"), await PragmaAsync(db, "synchronous"));

    private static async Task<int> PragmaAsync(AppDbContext db, string name)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return Convert.ToInt32(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
