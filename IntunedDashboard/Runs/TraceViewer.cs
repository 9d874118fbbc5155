using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace IntunedDashboard.Runs;

/// <summary>
/// Playwright's own trace viewer, served from where the Playwright package put it, and the files of a Run for people who are signed
/// in. The viewer reads a trace through a service worker whose scope is <c>/trace-viewer/</c>, so both are of one origin.
/// </summary>
public static class TraceViewer
{
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private static string ViewerDirectory => Path.Combine(AppContext.BaseDirectory, ".playwright", "package", "lib", "vite", "traceViewer");

    public static void MapTraceViewer(this IEndpointRouteBuilder app)
    {
        IFileProvider viewer = Directory.Exists(ViewerDirectory) ? new PhysicalFileProvider(ViewerDirectory) : new NullFileProvider();
        app.MapGet("/trace-viewer/{**path}", (string? path, HttpContext context) => ViewerFile(viewer, path, context))
            .RequireAuthorization(Policies.Operator)
            .ExcludeFromDescription();

        var run = app.MapGroup("/projects/{name}/runs/{runId}").RequireAuthorization(Policies.Operator).ExcludeFromDescription();
        run.MapGet("/attempts/{number:int}/trace.zip", (string name, string runId, int number, HttpContext context, RunFiles files) =>
            files.ArtifactAsync(context, name, runId, number, ArtifactKind.Trace, "application/zip"));
        run.MapGet("/attempts/{number:int}/screenshot.png", (string name, string runId, int number, HttpContext context, RunFiles files) =>
            files.ArtifactAsync(context, name, runId, number, ArtifactKind.Screenshot, "image/png"));
        app.MapGet("/projects/{name}/runs/{runId}/result.json", (string name, string runId, HttpContext context, RunFiles files) =>
                files.ResultAsync(context, name, runId))
            .RequireAuthorization(Policies.Viewer)
            .ExcludeFromDescription();
    }

    private static IResult ViewerFile(IFileProvider viewer, string? path, HttpContext context)
    {
        var file = viewer.GetFileInfo(path ?? "index.html");
        if (!file.Exists || file.IsDirectory)
        {
            return Results.NotFound();
        }

        // The names of the viewer's scripts change with its version; its entry points must be asked for again.
        context.Response.Headers.CacheControl = "no-cache";
        var type = ContentTypes.TryGetContentType(file.Name, out var known) ? known : "application/octet-stream";
        return Results.File(file.PhysicalPath!, type, lastModified: file.LastModified);
    }
}

/// <summary>What a browser downloads of a Run. Nothing of it may stay in a cache after signing out.</summary>
public sealed class RunFiles(ProjectQueries projects, WorkspaceQueries workspaces, IRunQueries runs)
{
    public async Task<IResult> ArtifactAsync(HttpContext context, string projectName, string runId, int attempt, ArtifactKind kind, string contentType)
    {
        var token = context.RequestAborted;
        context.Response.Headers.CacheControl = "no-store";
        return await FindAsync(projectName, token) is { } project
            && await runs.OpenArtifactAsync(project.Id, runId, attempt, kind, token) is { } content
                ? Results.Stream(content, contentType, enableRangeProcessing: true)
                : Results.NotFound();
    }

    public async Task<IResult> ResultAsync(HttpContext context, string projectName, string runId)
    {
        var token = context.RequestAborted;
        context.Response.Headers.CacheControl = "no-store";
        return await FindAsync(projectName, token) is { } project
            && await runs.FindAsync(project.Id, runId, token) is { ResultJson: { } result }
                ? Results.File(System.Text.Encoding.UTF8.GetBytes(result), "application/json", $"result-{runId}.json")
                : Results.NotFound();
    }

    private async Task<Project?> FindAsync(string name, CancellationToken token) =>
        await projects.FindAsync(await workspaces.GetIdAsync(token), name, token);
}
