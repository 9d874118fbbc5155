using IntunedDashboard.Http;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>The project a REST address names. Handlers take it as a parameter; an unknown name is answered with 404.</summary>
public sealed record ProjectRoute(Project Project)
{
    public Guid Id => Project.Id;

    /// <exception cref="RequestException">The workspace has no project of this name.</exception>
    public static async ValueTask<ProjectRoute> BindAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var name = context.GetRouteValue(ApiRoutes.ProjectParameter) as string ?? string.Empty;
        var workspaceId = await services.GetRequiredService<WorkspaceQueries>().GetIdAsync(context.RequestAborted);
        var project = await services.GetRequiredService<ProjectQueries>().FindAsync(workspaceId, name, context.RequestAborted);
        return new ProjectRoute(project ?? throw RequestException.NotFound($"Project {name}"));
    }
}
