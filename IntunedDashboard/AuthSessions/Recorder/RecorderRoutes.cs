using IntunedDashboard.Identity;
using IntunedDashboard.Projects;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>The connection behind the recorder's page.</summary>
public static class RecorderRoutes
{
    public static void MapRecorder(this IEndpointRouteBuilder app) =>
        app.MapGet("/projects/{name}/auth-sessions/{sessionId}/recorder/stream", StreamAsync)
            .RequireAuthorization(Policies.Operator)
            .ExcludeFromDescription();

    private static async Task StreamAsync(
        HttpContext context,
        string name,
        string sessionId,
        ProjectQueries projects,
        WorkspaceQueries workspaces,
        AuthSessionStore sessions,
        RecorderSessions recorders,
        RecorderStream stream)
    {
        var token = context.RequestAborted;
        if (!RecorderStream.IsFromHere(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else if (await projects.FindAsync(await workspaces.GetIdAsync(token), name, token) is { } project
            && await sessions.FindAsync(project.Id, sessionId, token) is { } session
            && recorders.Find(session.Key) is { } recorder)
        {
            await stream.ServeAsync(context, recorder, mayType: !recorder.Request.IsKiosk);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
