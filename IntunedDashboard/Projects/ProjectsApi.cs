using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Sample;
using IntunedDashboard.Projects.Variables;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Projects;

/// <summary>Projects and deployments over REST.</summary>
public static class ProjectsApi
{
    public static IEndpointRouteBuilder MapProjects(this IEndpointRouteBuilder app)
    {
        app.MapWorkspaceApi().MapGet("/projects", ListAsync)
            .WithTags("Projects").WithName("ListProjects").WithSummary("The projects of the workspace, by name.")
            .Answers(new[] { ProjectExamples.Project });
        var project = app.MapProjectApi().WithTags("Projects");
        project.MapDelete("/", DeleteAsync).RequireAuthorization(Policies.Developer)
            .WithName("DeleteProject").WithSummary("Deletes a project and everything of it.")
            .TakesQuery(new ApiQuery("force", "Whether to stop what is still active. Without it that is refused.") { IsFlag = true, Default = false })
            .Refuses(StatusCodes.Status409Conflict);
        var deployments = project.MapGroup("/deployments").WithTags("Deployments");
        deployments.MapPost("/", DeployAsync).RequireAuthorization(Policies.Developer)
            .WithName("Deploy").WithSummary("Deploys a zip or tar.gz of a project's directory; makes the project when it is new.")
            .TakesFile("application/zip", "application/gzip").Answers(ProjectExamples.Started);
        deployments.MapGet("/", ListDeploymentsAsync)
            .WithName("ListDeployments").WithSummary("The deployments of a project, newest first.")
            .TakesQuery(PageQuery.Described).Answers(ProjectExamples.Deployments);
        deployments.MapGet("/{deploymentId}", GetDeploymentAsync)
            .WithName("GetDeployment").WithSummary("One deployment with what was found in it.")
            .Answers(ProjectExamples.Deployment);
        deployments.MapGet("/{deploymentId}/source", DownloadAsync).RequireAuthorization(Policies.Developer)
            .WithName("DownloadDeployment").WithSummary("The archive as uploaded.")
            .AnswersFile("application/zip", "application/gzip");
        app.MapVariables();
        return app.MapSampleSite();
    }

    private static async Task<Ok<ProjectResponse[]>> ListAsync(
        Guid workspaceId, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var projects = await queries.ListAsync(workspaceId, cancellationToken);
        return TypedResults.Ok(projects.Select(ProjectResponse.From).ToArray());
    }

    private static async Task<NoContent> DeleteAsync(
        RequestedProject project, QueryValues query, Actor actor, ProjectCommands commands, CancellationToken cancellationToken)
    {
        var force = query.Flag("force");
        query.ThrowIfFaulty();
        await commands.DeleteAsync(actor, project.Id, force, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Created<DeploymentStartedResponse>> DeployAsync(
        Guid workspaceId,
        string projectName,
        HttpContext context,
        Actor actor,
        DeploymentCommands commands,
        DeploymentOptions options,
        CancellationToken cancellationToken)
    {
        // The command counts for itself and answers in its own words. Without a limit of its own the server also reads on for a
        // moment after a refusal, so that the sender gets to see it.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Request.ContentLength > options.MaxUploadBytes)
        {
            throw ArchiveIntake.TooLarge(options);
        }

        var started = await commands.DeployAsync(actor, workspaceId, projectName, context.Request.Body, cancellationToken);
        return TypedResults.Created(
            $"{context.Request.Path.Value?.TrimEnd('/')}/{started.DeploymentId}",
            new DeploymentStartedResponse(started.DeploymentId, DeploymentResponse.Word(DeploymentStatus.Pending)));
    }

    private static async Task<Ok<DeploymentPageResponse>> ListDeploymentsAsync(
        RequestedProject project, QueryValues query, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var (pageSize, cursor) = PageQuery.Read(query);
        query.ThrowIfFaulty();
        var page = await queries.ListDeploymentsAsync(project.Id, pageSize, cursor, cancellationToken);
        return TypedResults.Ok(new DeploymentPageResponse(page.Deployments.Select(DeploymentResponse.From).ToArray(), page.NextCursor));
    }

    private static async Task<Ok<DeploymentResponse>> GetDeploymentAsync(
        RequestedProject project, string deploymentId, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var detail = await queries.FindDeploymentAsync(project.Id, ParseId(deploymentId), cancellationToken) ?? throw Unknown();
        return TypedResults.Ok(DeploymentResponse.From(detail));
    }

    private static async Task<FileStreamHttpResult> DownloadAsync(
        RequestedProject project, string deploymentId, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var id = ParseId(deploymentId);
        var archive = await queries.OpenArchiveAsync(project.Id, id, cancellationToken) ?? throw Unknown();
        var isZip = archive.ReadByte() == 'P';
        archive.Position = 0;
        return TypedResults.Stream(
            archive, isZip ? "application/zip" : "application/gzip", $"{project.Name}-{id:N}{(isZip ? ".zip" : ".tar.gz")}", enableRangeProcessing: true);
    }

    private static Guid ParseId(string deploymentId) => Guid.TryParse(deploymentId, out var id) ? id : throw Unknown();

    private static RequestException Unknown() => RequestException.NotFound("The deployment");
}
