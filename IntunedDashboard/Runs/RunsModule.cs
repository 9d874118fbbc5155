using IntunedDashboard.AuthSessions;
using IntunedDashboard.Nodes;
using IntunedDashboard.Runs.Attachments;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Runs.Scheduling;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Runs.Telemetry;

namespace IntunedDashboard.Runs;

public static class RunsModule
{
    public static IHostApplicationBuilder AddRuns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RunSettings>().BindConfiguration(RunSettings.Section);
        builder.Services.AddSingleton<RunRows>();
        builder.Services.AddSingleton<SinkVault>();
        builder.Services.AddOptions<AiGatewaySettings>().BindConfiguration(AiGatewaySettings.Section);
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<AttachmentStore>();
        builder.Services.AddSingleton<HumanRequestStore>();
        builder.Services.AddSingleton<IHumanRequestCommands, HumanRequestCommands>();
        builder.Services.AddSingleton<TakeOvers>();
        builder.Services.AddSingleton<TakenBrowsers>();
        builder.Services.AddSingleton<TakeOverStream>();
        builder.Services.AddSingleton<AttemptServicesFactory>();
        builder.Services.AddSingleton<RunEnvironment>();
        builder.Services.AddSingleton<RunCancellations>();
        builder.Services.AddSingleton<RunStopper>();
        builder.Services.AddSingleton<Live.RunningBrowsers>();
        builder.Services.AddSingleton<Live.WatchedRun>();
        builder.Services.AddSingleton<AttemptRunner>();
        builder.Services.AddSingleton<AuthRunFlow>();
        builder.Services.AddSingleton<ApiRunFlow>();
        builder.Services.AddSingleton<AuthSessions.Recorder.IRecorderProof, RecorderProof>();
        builder.Services.AddSingleton<RunExecutor>();
        builder.Services.AddSingleton<RunRecovery>();
        builder.Services.AddSingleton<INodeHeir>(services => services.GetRequiredService<RunRecovery>());
        builder.Services.AddSingleton<INodeWork>(services => services.GetRequiredService<RunRecovery>());
        builder.Services.AddSingleton<Projects.IProjectActivity, RunActivity>();
        builder.Services.AddSingleton<IRunQueries, RunQueries>();
        builder.Services.AddSingleton<RunWait>();
        builder.Services.AddSingleton<IRunCommands, RunCommands>();
        builder.Services.AddSingleton<AuthSessionOperations>();
        builder.Services.AddSingleton<IAuthSessionCommands>(services => services.GetRequiredService<AuthSessionOperations>());
        builder.Services.AddSingleton<IAuthSessionUse, RunSessionUse>();
        builder.Services.AddSingleton<Projects.ICodeResources, CodeSessions>();
        builder.Services.AddSingleton<RunMetrics>();
        builder.Services.AddSingleton<IRunFollower, RunTelemetry>();
        builder.Services.AddSingleton<Platform.IHistory, RunHistory>();
        builder.AddScheduling();
        return builder;
    }
}
