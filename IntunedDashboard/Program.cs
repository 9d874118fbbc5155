using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Jobs;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Notifications;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Attachments;
using IntunedDashboard.Runs.Live;
using IntunedDashboard.Runs.Pages;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Sinks;
using IntunedDashboard.Startup;
using IntunedDashboard.Ui;

return args is [MigrateCommand.Name, .. var options]
    ? await MigrateCommand.RunAsync(options)
    : await StartupRunner.RunAsync(() => Create(args));

/// <summary>The product's table of contents. Tests create the same application and start it on a port of their own.</summary>
public partial class Program
{
    /// <exception cref="InvalidSettingsException">The settings are wrong; the exception lists every fault.</exception>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = StartupRunner.CreateBuilder(args);
        builder.AddPlatform();
        builder.AddData();
        builder.AddLive();
        builder.AddExecution();
        builder.AddIdentity();
        builder.AddHttp();
        builder.AddUi();
        builder.AddNodes();
        builder.AddProjects();
        builder.AddAuthSessions();
        builder.AddRuns();
        builder.AddRunPages();
        builder.AddSinks();
        builder.AddJobs();
        builder.AddNotifications();
        builder.AddStartup();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UsePipeline();
        app.MapAccount();
        app.MapApiDescription();
        app.MapWorkspaceApi().MapApiKeys();
        app.MapUi();
        app.MapProjects();
        app.MapProjectApi().MapAuthSessions().MapRecorderApi().MapAuthSessionOperations().MapRuns().MapHumanRequests().MapAttachments().MapDeliveries().MapJobs();
        app.MapJobResultLinks();
        app.MapSignedFiles();
        app.MapTraceViewer();
        app.MapRecorder();
        app.MapConnect();
        app.MapLiveView();
        TakeOverStream.Map(app);
        app.MapHealth();
        return app;
    }
}
