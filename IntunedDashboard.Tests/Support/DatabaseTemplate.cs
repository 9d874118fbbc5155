using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// A database with all tables and no rows, made once by the migrations and copied for each host: making the tables takes longer than most
/// tests. Hosts run the migrations all the same and find nothing to do.
/// </summary>
public static class DatabaseTemplate
{
    private static readonly TemporaryFolder Folder = TemporaryFolder.ForProcess("template");
    private static readonly Lazy<Task<string>> SqliteFile = new(MakeSqliteAsync);
    private static readonly Lazy<Task<string>> PostgresName = new(MakePostgresAsync);

    public static async Task CopySqliteAsync(string path) => File.Copy(await SqliteFile.Value, path);

    /// <returns>The connection string of the copy.</returns>
    public static async Task<string> CopyPostgresAsync() => await PostgresServer.CreateDatabaseAsync(await PostgresName.Value);

    private static async Task<string> MakeSqliteAsync()
    {
        var path = Path.Combine(Folder.Path, "dashboard.db");
        await using var db = new AppDbContext(new DbContextOptionsBuilder<AppDbContext>().UseSqlite($"Data Source={path};Pooling=False").Options);
        await db.Database.MigrateAsync();
        return path;
    }

    private static async Task<string> MakePostgresAsync()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        await using var db = new PostgresDbContext(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(connection).Options);
        await db.Database.MigrateAsync();

        // A database that somebody is connected to cannot be copied.
        NpgsqlConnection.ClearPool((NpgsqlConnection)db.Database.GetDbConnection());
        return new NpgsqlConnectionStringBuilder(connection).Database!;
    }
}
