using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Identity;
using IntunedDashboard.Nodes;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs.Live;

/// <summary>Watching a running attempt: the pages of its own browser as pictures, and nothing goes back. The attempt may be on another node.</summary>
public static class LiveView
{
    public static void MapLiveView(this IEndpointRouteBuilder app)
    {
        app.MapGet("/projects/{name}/runs/{runId}/live", StreamAsync).RequireAuthorization(Policies.Operator).ExcludeFromDescription();
        app.MapGet($"{NodeCalls.Prefix}/runs/{{runId}}/live", StreamToNodeAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task StreamAsync(
        HttpContext context,
        string name,
        string runId,
        Actor actor,
        WatchedRun watched,
        ThisNode node,
        NodeRelay relay,
        RunningBrowsers running,
        IHostedBrowsers browsers,
        IOptions<BrowserOptions> options,
        TimeProvider clock)
    {
        if (await watched.FindAsync(context, name, runId) is not { } run)
        {
            return;
        }

        if (run.OtherNodeThan(node) is { } other)
        {
            await relay.StreamAsync(context, RecorderStream.Accepting, other, actor, $"/runs/{runId}/live");
        }
        else
        {
            await ServeAsync(context, runId, running, browsers, options, clock);
        }
    }

    /// <summary>Another node asks, which has seen to who may watch.</summary>
    private static async Task StreamToNodeAsync(
        HttpContext context, string runId, NodeCalls calls, RunningBrowsers running, IHostedBrowsers browsers, IOptions<BrowserOptions> options, TimeProvider clock)
    {
        if (calls.Verify(context) is null || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await ServeAsync(context, runId, running, browsers, options, clock);
    }

    private static async Task ServeAsync(
        HttpContext context, string runId, RunningBrowsers running, IHostedBrowsers browsers, IOptions<BrowserOptions> options, TimeProvider clock)
    {
        // Whoever watches a shared browser sees the pages of other Runs as well.
        if (options.Value.Isolation == BrowserIsolation.Shared || running.Find(runId) is not { } attempt)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await using var screen = await browsers.WatchAsync(attempt.Browser, context.RequestAborted);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stream = new ScreenStream(socket, clock);
        var changes = new ScreenChanges();
        screen.Changed += (_, _) => changes.Touch();
        var over = Task.WhenAny(attempt.Ended, screen.Ended);
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
