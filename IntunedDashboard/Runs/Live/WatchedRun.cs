using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;

namespace IntunedDashboard.Runs.Live;

/// <summary>Finds the Run whose browser a page of our own wants to show.</summary>
public sealed class WatchedRun(ProjectQueries projects, WorkspaceQueries workspaces, IRunQueries runs)
{
    /// <returns>Null when there is none, and then the request is answered.</returns>
    internal async Task<Run?> FindAsync(HttpContext context, string project, string runId)
    {
        var token = context.RequestAborted;
        if (!RecorderStream.IsFromHere(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }

        var run = await projects.FindAsync(await workspaces.GetIdAsync(token), project, token) is { } found
            ? await runs.FindRunAsync(found.Id, runId, token)
            : null;
        if (run is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return run;
    }
}
