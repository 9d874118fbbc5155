using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IntunedDashboard.Data;

public static class DataModule
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        var options = DatabaseOptions.Of(builder.Configuration);
        if (options.Provider == DatabaseProvider.Postgres)
        {
            AddPostgres(builder.Services, options.ConnectionString!);
        }
        else
        {
            AddSqlite(builder.Services, options.ConnectionString);
        }

        builder.Services.AddHostedService<DatabaseMigration>();
        return builder;
    }

    private static void AddSqlite(IServiceCollection services, string? configured) =>
        services.AddDbContextFactory<AppDbContext>((provider, options) =>
        {
            var connection = new SqliteConnectionStringBuilder(configured)
            {
                ForeignKeys = true,
                // Seconds a command waits for another writer.
                DefaultTimeout = 30,
            };
            if (string.IsNullOrEmpty(connection.DataSource))
            {
                connection.DataSource = provider.GetRequiredService<DashboardPaths>().Database;
            }

            options.UseSqlite(connection.ConnectionString);
            options.AddInterceptors(SqlitePragmas.Instance, AfterCommit.Instance);
        });

    private static void AddPostgres(IServiceCollection services, string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "IntunedDashboard" };
        services.AddSingleton(connection);
        services.AddHostedService<PostgresLock>();
        services.AddDbContextFactory<PostgresDbContext>(options =>
        {
            options.UseNpgsql(connection.ConnectionString);
            options.AddInterceptors(PostgresTexts.Instance, AfterCommit.Instance);
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, PostgresContexts>();

        // Identity asks for the context itself.
        services.AddScoped<AppDbContext>(provider => provider.GetRequiredService<PostgresDbContext>());
    }
}
