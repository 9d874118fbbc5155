using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Quartz;

namespace IntunedDashboard.Runs.Scheduling;

/// <summary><c>Node:*</c>: what this process does in the installation.</summary>
public sealed class NodeOptions
{
    /// <summary>Runs with a browser at the same time on this node.</summary>
    public int BrowserSlots { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long running attempts may go on after the node was asked to stop.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

public static class SchedulingModule
{
    /// <summary>Threads beyond the browser slots, for work that needs none.</summary>
    private const int OtherThreads = 4;

    public static IHostApplicationBuilder AddScheduling(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<NodeOptions>().BindConfiguration("Node");
        var node = builder.Configuration.GetSection("Node").Get<NodeOptions>() ?? new NodeOptions();
        var database = DatabaseOptions.Of(builder.Configuration);
        var isPostgres = database.Provider == DatabaseProvider.Postgres;
        builder.Services.AddSingleton<RunScheduler>();
        builder.Services.AddSingleton(new BrowserSlots(node.BrowserSlots));

        // Hosted services start in this order and stop in reverse: recovery comes before the first trigger fires, and draining
        // before the scheduler closes.
        builder.Services.AddHostedService<RunRecoveryService>();
        if (!isPostgres)
        {
            builder.Services.AddHostedService<SchedulerDatabase>();
        }

        builder.Services.AddSingleton<IConfigureOptions<DataSourceOptions>>(services => new ConfigureNamedOptions<DataSourceOptions, DashboardPaths>(
            name: null, services.GetRequiredService<DashboardPaths>(), (options, paths) => options.ConnectionString = isPostgres ? database.ConnectionString! : ConnectionString(paths)));
        builder.AddQuartz(quartz => quartz
            .ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "IntunedDashboard";
                scheduler.MaxBatchSize = Math.Min(node.BrowserSlots, 8);
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(30);
            })
            .UseDefaultThreadPool(node.BrowserSlots + OtherThreads)
            .UseExecutionLimits(limits => limits.ForGroup(RunScheduler.BrowserGroup, node.BrowserSlots))
            .UsePersistentStore(store =>
            {
                if (isPostgres)
                {
                    store.UsePostgres(_ => { });
                }
                else
                {
                    store.UseSqlite(_ => { });
                }

                store.UseSystemTextJsonSerializer();
                store.ProvisionSchema();
            })
            .AddJob<RunJob>(job => job.WithIdentity(RunScheduler.Job).StoreDurably().RequestRecovery()));
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        builder.Services.AddHostedService<RunDrain>();
        builder.Services.AddHostedService<RunSweeper>();
        builder.Services.AddHealthChecks().AddQuartz(options =>
        {
            options.Name = "scheduler";
            options.Tags.Add("ready");
        });
        return builder;
    }

    internal static string ConnectionString(DashboardPaths paths) =>
        new SqliteConnectionStringBuilder { DataSource = paths.SchedulerDatabase, DefaultTimeout = 30 }.ToString();
}
