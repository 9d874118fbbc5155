using IntunedDashboard.Http;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>The project a REST address names. As a handler's parameter it answers 404 by itself when there is none.</summary>
public sealed record RequestedProject(Guid WorkspaceId, Guid Id, string Name)
{
    public static async ValueTask<RequestedProject> BindAsync(HttpContext context)
    {
        var workspaceId = Guid.Parse((string)context.GetRouteValue(ApiRoutes.WorkspaceParameter)!);
        var name = (string)context.GetRouteValue(ApiRoutes.ProjectParameter)!;
        var project = await context.RequestServices.GetRequiredService<ProjectQueries>().FindAsync(workspaceId, name, context.RequestAborted)
            ?? throw RequestException.NotFound($"The project {name}");
        return new RequestedProject(workspaceId, project.Id, project.Name);
    }
}
