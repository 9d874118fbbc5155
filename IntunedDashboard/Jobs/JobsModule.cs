using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Sinks;
using Quartz;

namespace IntunedDashboard.Jobs;

public static class JobsModule
{
    public static IHostApplicationBuilder AddJobs(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JobSecrets>();
        builder.Services.AddSingleton<JobWake>();
        builder.Services.AddSingleton<JobRunMoves>();
        builder.Services.AddSingleton<DefaultSinks>();
        builder.Services.AddSingleton<JobSinks>();
        builder.Services.AddSingleton<ISinkRenewal>(services => services.GetRequiredService<JobSinks>());
        builder.Services.AddSingleton<IDeliveryFollower, JobDeliveryFollower>();
        builder.Services.AddSingleton<IRunFollower, JobRunFollower>();
        builder.Services.AddSingleton<JobRunStarter>();
        builder.Services.AddSingleton<JobRunStore>();
        builder.Services.AddSingleton<JobStore>();
        builder.Services.AddSingleton<JobTriggers>();
        builder.Services.AddSingleton<JobSchedules>();
        builder.Services.AddSingleton<JobCommands>();
        builder.Services.AddSingleton<IJobCommands>(services => services.GetRequiredService<JobCommands>());
        builder.Services.AddSingleton<IJobQueries, JobQueries>();
        builder.Services.AddSingleton<IJobRunQueries, JobRunQueries>();
        builder.Services.AddSingleton<JobResults>();
        builder.Services.AddSingleton<JobResultLinks>();
        builder.Services.AddSingleton<CodeJobFiles>();
        builder.Services.AddSingleton<IProjectActivity, JobActivity>();
        builder.Services.AddSingleton<ICodeResources, CodeJobs>();
        builder.Services.AddSingleton<JobRunHistory>();
        builder.Services.AddSingleton<IRunKeeper>(services => services.GetRequiredService<JobRunHistory>());
        builder.Services.AddSingleton<Platform.IHistory>(services => services.GetRequiredService<JobRunHistory>());
        builder.AddQuartz(quartz => quartz.AddJob<ScheduledJobStart>(job => job.WithIdentity(JobTriggers.Job).StoreDurably()));

        // Started after the recovery of Runs and stopped before they are drained: it takes no new work then.
        builder.Services.AddHostedService<JobDispatcher>();
        builder.Services.AddHostedService<JobScheduleSweeper>();
        return builder;
    }
}
