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
        project.MapPatch("/", RenameAsync).RequireAuthorization(Policies.Developer)
            .WithName("RenameProject").WithSummary("Gives a project another name, which changes its addresses.")
            .Takes(ProjectExamples.Rename).Answers(ProjectExamples.Project).Refuses(StatusCodes.Status409Conflict);
        project.MapPost("/duplicate", DuplicateAsync).RequireAuthorization(Policies.Developer)
            .WithName("DuplicateProject").WithSummary("Makes another project of the deployed files and the environment variables.")
            .Takes(ProjectExamples.Duplicate).Answers(ProjectExamples.Duplicated).Refuses(StatusCodes.Status409Conflict);
        project.MapPost("/undeploy", UndeployAsync).RequireAuthorization(Policies.Developer)
            .WithName("UndeployProject").WithSummary("Takes a project out of service; nothing of it is deleted.")
            .Answers(ProjectExamples.Project);
        project.MapPost("/enable", EnableAsync).RequireAuthorization(Policies.Developer)
            .WithName("EnableProject").WithSummary("Puts an undeployed project back into service.")
            .Answers(ProjectExamples.Project).Refuses(StatusCodes.Status409Conflict);
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
        deployments.MapPost("/{deploymentId}/activate", ActivateAsync).RequireAuthorization(Policies.Developer)
            .WithName("ActivateDeployment").WithSummary("Makes an earlier deployment the current one; Runs in flight keep theirs.")
            .Answers(ProjectExamples.Deployment).Refuses(StatusCodes.Status409Conflict);
        deployments.MapPost("/{deploymentId}/redeploy", RedeployAsync).RequireAuthorization(Policies.Developer)
            .WithName("Redeploy").WithSummary("Builds an earlier deployment's archive again.")
            .Answers(ProjectExamples.Started).Refuses(StatusCodes.Status409Conflict);
        deployments.MapGet("/{deploymentId}/log", LogAsync)
            .WithName("GetDeploymentLog").WithSummary("What the tools that made the deployment printed.")
            .AnswersFile("text/plain");
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

    private static async Task<Ok<ProjectResponse>> RenameAsync(
        RequestedProject project, JsonBody body, Actor actor, ProjectCommands commands, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var name = body.RequiredString("name");
        body.ThrowIfFaulty();
        await commands.RenameAsync(actor, project.Id, name, cancellationToken);
        return await ShowAsync(project, queries, cancellationToken);
    }

    private static async Task<Created<ProjectDuplicatedResponse>> DuplicateAsync(
        RequestedProject project, JsonBody body, Actor actor, ProjectVersions versions, CancellationToken cancellationToken)
    {
        var asked = body.OptionalString("name");
        body.ThrowIfFaulty();
        var (name, started) = await versions.DuplicateAsync(actor, project.Id, asked, cancellationToken);
        return TypedResults.Created((string?)null, new ProjectDuplicatedResponse(name, started.DeploymentId));
    }

    private static async Task<Ok<ProjectResponse>> UndeployAsync(
        RequestedProject project, Actor actor, DeploymentCommands commands, ProjectQueries queries, CancellationToken cancellationToken)
    {
        await commands.UndeployAsync(actor, project.Id, cancellationToken);
        return await ShowAsync(project, queries, cancellationToken);
    }

    private static async Task<Ok<ProjectResponse>> EnableAsync(
        RequestedProject project, Actor actor, DeploymentCommands commands, ProjectQueries queries, CancellationToken cancellationToken)
    {
        await commands.EnableAsync(actor, project.Id, cancellationToken);
        return await ShowAsync(project, queries, cancellationToken);
    }

    private static async Task<Ok<ProjectResponse>> ShowAsync(RequestedProject project, ProjectQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(ProjectResponse.From(
            await queries.FindRowAsync(project.Id, cancellationToken) ?? throw RequestException.NotFound($"The project {project.Name}")));

    private static async Task<Ok<DeploymentResponse>> ActivateAsync(
        RequestedProject project, string deploymentId, Actor actor, DeploymentCommands commands, ProjectQueries queries, CancellationToken cancellationToken)
    {
        await commands.ActivateAsync(actor, project.Id, ParseId(deploymentId), cancellationToken);
        return await GetDeploymentAsync(project, deploymentId, queries, cancellationToken);
    }

    private static async Task<Created<DeploymentStartedResponse>> RedeployAsync(
        RequestedProject project, string deploymentId, Actor actor, DeploymentCommands commands, CancellationToken cancellationToken)
    {
        var started = await commands.RedeployAsync(actor, project.Id, ParseId(deploymentId), cancellationToken);
        return TypedResults.Created(
            (string?)null, new DeploymentStartedResponse(started.DeploymentId, DeploymentResponse.Word(DeploymentStatus.Pending)));
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

    private static async Task<ContentHttpResult> LogAsync(
        RequestedProject project, string deploymentId, ProjectQueries queries, CancellationToken cancellationToken)
    {
        var detail = await queries.FindDeploymentAsync(project.Id, ParseId(deploymentId), cancellationToken) ?? throw Unknown();
        return TypedResults.Text(detail.Log, "text/plain; charset=utf-8");
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
