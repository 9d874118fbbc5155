using IntunedDashboard.Identity;

namespace IntunedDashboard.Http;

/// <summary>The addresses all REST slices hang under. The pipeline has checked <c>workspaceId</c> before a handler runs.</summary>
public static class ApiRoutes
{
    public const string WorkspaceParameter = "workspaceId";
    public const string ProjectParameter = "projectName";

    /// <summary><c>/api/v1/workspace/{workspaceId}</c>, open to every role; endpoints that change something ask for more.</summary>
    public static RouteGroupBuilder MapWorkspaceApi(this IEndpointRouteBuilder app) =>
        app.MapGroup($"/api/v1/workspace/{{{WorkspaceParameter}}}").RequireAuthorization(Policies.Viewer);

    /// <summary><c>/api/v1/workspace/{workspaceId}/projects/{projectName}</c>. The name is decoded, whatever it contains.</summary>
    public static RouteGroupBuilder MapProjectApi(this IEndpointRouteBuilder app) =>
        app.MapWorkspaceApi().MapGroup($"/projects/{{{ProjectParameter}}}");
}
