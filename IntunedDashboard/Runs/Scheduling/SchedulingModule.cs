using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Quartz;

namespace IntunedDashboard.Runs.Scheduling;

public static class SchedulingModule
{
    /// <summary>Threads beyond the browser slots, for work that needs none.</summary>
    private const int OtherThreads = 4;

    /// <summary>How often a node shows the scheduler of the others that it lives, and how much later than that it counts as dead.</summary>
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5);

    public static IHostApplicationBuilder AddScheduling(this IHostApplicationBuilder builder)
    {
        var slots = NodeOptions.Of(builder.Configuration).Slots;
        var database = DatabaseOptions.Of(builder.Configuration);
        var isPostgres = database.Provider == DatabaseProvider.Postgres;
        builder.Services.AddSingleton<RunScheduler>();
        builder.Services.AddSingleton(new BrowserSlots(slots));

        // Hosted services start in this order and stop in reverse: recovery comes before the first trigger fires, and draining
        // before the scheduler closes.
        builder.Services.AddHostedService<RunRecoveryService>();
        if (!isPostgres)
        {
            builder.Services.AddHostedService<SchedulerDatabase>();
        }

        builder.Services.AddSingleton<IConfigureOptions<DataSourceOptions>>(services => new ConfigureNamedOptions<DataSourceOptions, DashboardPaths>(
            name: null, services.GetRequiredService<DashboardPaths>(), (options, paths) => options.ConnectionString = isPostgres ? DataModule.ForNodes(database.ConnectionString!) : ConnectionString(paths)));
        builder.AddQuartz(quartz => quartz
            .ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "IntunedDashboard";
                scheduler.GenerateInstanceId = isPostgres;
                scheduler.MaxBatchSize = Math.Clamp(slots, 1, 8);

                // The other nodes wake this one by messages; should one be lost, it looks by itself.
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(isPostgres ? 10 : 30);
            })
            .UseDefaultThreadPool(slots + OtherThreads)
            .UseExecutionLimits(limits => limits.ForGroup(RunScheduler.BrowserGroup, slots))
            .UsePersistentStore(store =>
            {
                if (isPostgres)
                {
                    store.UsePostgres(_ => { });
                    store.UseClustering(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (CheckIn, CheckIn));
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
        builder.Services.AddHostedService<NodeWork>();
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
