using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs.Live;

/// <summary>Watching a running attempt: the pages of its own browser as pictures, and nothing goes back.</summary>
public static class LiveView
{
    public static void MapLiveView(this IEndpointRouteBuilder app) =>
        app.MapGet("/projects/{name}/runs/{runId}/live", StreamAsync).RequireAuthorization(Policies.Operator).ExcludeFromDescription();

    private static async Task StreamAsync(
        HttpContext context,
        string name,
        string runId,
        ProjectQueries projects,
        WorkspaceQueries workspaces,
        IRunQueries runs,
        RunningBrowsers running,
        IHostedBrowsers browsers,
        IOptions<BrowserOptions> options,
        TimeProvider clock)
    {
        var token = context.RequestAborted;
        if (!RecorderStream.IsFromHere(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        // Whoever watches a shared browser sees the pages of other Runs as well.
        if (options.Value.Isolation == BrowserIsolation.Shared
            || await projects.FindAsync(await workspaces.GetIdAsync(token), name, token) is not { } project
            || await runs.FindRunAsync(project.Id, runId, token) is null
            || running.Find(runId) is not { } attempt)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await ServeAsync(context, await browsers.WatchAsync(attempt.Browser, token), attempt.Ended, clock);
    }

    private static async Task ServeAsync(HttpContext context, IBrowserScreen screen, Task ended, TimeProvider clock)
    {
        await using (screen)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            using var stream = new ScreenStream(socket, clock);
            var changes = new ScreenChanges();
            screen.Changed += (_, _) => changes.Touch();
            var over = Task.WhenAny(ended, screen.Ended);
            _ = over.ContinueWith(_ => changes.Touch(), TaskScheduler.Default);
            await stream.RunAsync(
                () => screen,
                () => new { t = "state", phase = "watching", tabs = screen.Tabs },
                () => changes.Next,
                () => over.IsCompleted,
                accept: null,
                context.RequestAborted);
        }
    }
}
