using System.Globalization;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IntunedDashboard.Startup;

/// <summary>
/// <c>migrate</c>: moves an installation from SQLite to PostgreSQL. The data directory stays where it is: what lies in it besides the
/// database (artifacts, deployments, keys) is used on.
/// </summary>
internal static class MigrateCommand
{
    public const string Name = "migrate";

    /// <returns>The exit code: 0 when everything is in PostgreSQL, 1 when nothing has changed.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var builder = StartupRunner.CreateBuilder([.. args, "--Database:Provider=Postgres", "--Logging:LogLevel:Default=Warning"]);
            builder.AddPlatform();
            builder.AddData();
            await using var app = builder.Build();
            await MoveAsync(app.Services, CancellationToken.None);
            return 0;
        }
        catch (InvalidSettingsException invalid)
        {
            foreach (var fault in invalid.Faults)
            {
                await Console.Error.WriteLineAsync($"{fault.Name}: {fault.Message}");
            }
        }
        catch (Exception refused) when (refused is MoveRefusedException or StartRefusedException)
        {
            await Console.Error.WriteLineAsync($"Nothing was moved: {refused.Message}");
        }
        catch (NpgsqlException unreachable)
        {
            await Console.Error.WriteLineAsync($"Nothing was moved, because PostgreSQL refused: {unreachable.Message}");
        }

        return 1;
    }

    private static async Task MoveAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var paths = services.GetRequiredService<DashboardPaths>();
        if (!File.Exists(paths.Database))
        {
            throw new MoveRefusedException($"There is no {paths.Database}. Name the installation with --Dashboard:DataDirectory.");
        }

        // Whoever still runs on this directory would write what is not copied any more.
        using var only = new DataDirectoryLock(paths);
        await only.StartingAsync(cancellationToken);
        var options = new DbContextOptionsBuilder<AppDbContext>().UseSqlite($"Data Source={paths.Database};Pooling=False").AddInterceptors(SqlitePragmas.Instance);
        await using var source = new AppDbContext(options.Options);
        await source.Database.MigrateAsync(cancellationToken);
        await using var target = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken);
        await target.Database.MigrateAsync(cancellationToken);
        var rows = 0L;
        await new DatabaseMove(source, target, Report).RunAsync(cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} rows are in PostgreSQL, compared one by one."));
        Console.WriteLine("Start with Database:Provider=Postgres, the same connection string and the same data directory. The old database stays as it is.");

        void Report(MovedTable table)
        {
            rows += table.Rows;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {table.Rows} rows"));
        }
    }
}
