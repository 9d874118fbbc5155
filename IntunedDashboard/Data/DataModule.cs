using IntunedDashboard.Platform;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace IntunedDashboard.Data;

public static class DataModule
{
    /// <summary>Shorter than a node's lease. Between two statements of a transaction there is only what this program computes.</summary>
    private static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(10);

    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var options = DatabaseOptions.Of(builder.Configuration);
        if (options.Provider == DatabaseProvider.Postgres)
        {
            AddPostgres(services, options.ConnectionString!);
            services.AddHostedService<DatabaseMigration>();
            services.AddHostedService<KeyRingCheck>();
        }
        else
        {
            AddSqlite(services, options.ConnectionString);
            services.AddHostedService<DatabaseMigration>();
        }

        // Identity asks for the context itself.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        return builder;
    }

    private static void AddSqlite(IServiceCollection services, string? configured)
    {
        services.AddHostedService<DataDirectoryLock>();
        services.AddSingleton<INamedLocks, NoNamedLocks>();
        services.AddPooledDbContextFactory<AppDbContext>((provider, options) =>
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
    }

    private static void AddPostgres(IServiceCollection services, string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(ForNodes(connectionString));
        services.AddSingleton(connection);
        services.AddHostedService<StartingTurn>();
        services.AddSingleton<INamedLocks>(new PostgresNamedLocks(connection, LockConnection.MostSilent));
        services.AddPooledDbContextFactory<PostgresDbContext>(options =>
        {
            options.UseNpgsql(connection.ConnectionString, postgres => postgres.ExecutionStrategy(dependencies => new PostgresRetries(dependencies)));
            options.AddInterceptors(PostgresTexts.Instance, AfterCommit.Instance);
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, PostgresContexts>();
        services.AddSingleton<DatabaseKeyRing>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureNamedOptions<KeyManagementOptions, DatabaseKeyRing>(
            name: null, provider.GetRequiredService<DatabaseKeyRing>(), (options, ring) => options.XmlRepository = ring));
    }

    /// <summary>A node that is frozen within a transaction keeps its locks, and nobody could take over what it held. The server ends such a
    /// transaction before the node counts as dead.</summary>
    internal static string ForNodes(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "IntunedDashboard" };
        connection.SetOnServer("idle_in_transaction_session_timeout", MostIdle);
        return connection.ConnectionString;
    }

    /// <summary>Lets the server have another value of a setting for these connections, beside those that are given already.</summary>
    internal static void SetOnServer(this NpgsqlConnectionStringBuilder connection, string setting, TimeSpan value) =>
        connection.Options = $"{connection.Options} -c {setting}={value.TotalMilliseconds:0}".TrimStart();
}
