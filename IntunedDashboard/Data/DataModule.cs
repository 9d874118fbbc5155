using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Data;

public static class DataModule
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        builder.Services.AddDbContextFactory<AppDbContext>((services, options) =>
        {
            var configured = services.GetRequiredService<IConfiguration>()["Database:ConnectionString"];
            var connection = new SqliteConnectionStringBuilder(configured)
            {
                ForeignKeys = true,
                // Seconds a command waits for another writer.
                DefaultTimeout = 30,
            };
            if (string.IsNullOrEmpty(connection.DataSource))
            {
                connection.DataSource = services.GetRequiredService<DashboardPaths>().Database;
            }

            options.UseSqlite(connection.ConnectionString);
            options.AddInterceptors(SqlitePragmas.Instance);
        });
        builder.Services.AddHostedService<DatabaseMigration>();
        return builder;
    }
}
