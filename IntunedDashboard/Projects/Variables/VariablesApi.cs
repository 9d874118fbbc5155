using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;

namespace IntunedDashboard.Projects.Variables;

/// <summary>The scope a REST address names: a project's, or the workspace's.</summary>
public sealed record RequestedVariableScope(VariableScope Scope)
{
    public static async ValueTask<RequestedVariableScope> BindAsync(HttpContext context)
    {
        if (context.GetRouteValue(ApiRoutes.ProjectParameter) is null)
        {
            var workspaceId = Guid.Parse((string)context.GetRouteValue(ApiRoutes.WorkspaceParameter)!);
            return new RequestedVariableScope(new VariableScope(workspaceId, ProjectId: null));
        }

        var project = await RequestedProject.BindAsync(context);
        return new RequestedVariableScope(new VariableScope(project.WorkspaceId, project.Id));
    }
}

/// <summary>Environment variables over REST, of the workspace and of one project. Values go in and never come out.</summary>
public static class VariablesApi
{
    private static readonly DateTimeOffset ExampleTime = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly VariableRow Example = new("SHOP_API_KEY", "For the shop's own API.", ExampleTime, ExampleTime, "admin@example.com");

    public static void MapVariables(this IEndpointRouteBuilder app)
    {
        Map(app.MapWorkspaceApi(), "Workspace");
        Map(app.MapProjectApi(), "Project");
    }

    private static void Map(RouteGroupBuilder parent, string name)
    {
        var group = parent.MapGroup("/env-vars").WithTags("Environment variables");
        group.MapGet("/", async (RequestedVariableScope asked, VariableQueries queries, CancellationToken cancellationToken) =>
                TypedResults.Ok(await queries.ListAsync(asked.Scope, cancellationToken)))
            .WithName($"List{name}Variables").WithSummary("The environment variables, without their values.")
            .Answers(new[] { Example });
        group.MapPost("/", async (
                RequestedVariableScope asked, JsonBody body, HttpRequest http, Actor actor, VariableCommands commands, CancellationToken cancellationToken) =>
            {
                var request = new SaveVariable(body.RequiredString("key"), body.RequiredString("value"), body.OptionalString("description"));
                body.ThrowIfFaulty();
                var created = await commands.CreateAsync(actor, asked.Scope, request, cancellationToken);
                return TypedResults.Created($"{http.Path.Value?.TrimEnd('/')}/{created.Key}", created);
            })
            .RequireAuthorization(Policies.Developer).WithName($"Create{name}Variable").WithSummary("Adds an environment variable.")
            .Takes(new CreateVariableRequest(Example.Key, "sk_test_1", Example.Description)).Answers(Example).Refuses(StatusCodes.Status409Conflict);
        group.MapPut("/{key}", async (
                RequestedVariableScope asked, string key, JsonBody body, Actor actor, VariableCommands commands, CancellationToken cancellationToken) =>
            {
                var describes = body.HasNull("description") || body.Has("description");
                var request = new SaveVariable(key, body.OptionalString("value"), body.OptionalString("description"), describes);
                body.ThrowIfFaulty();
                return TypedResults.Ok(await commands.UpdateAsync(actor, asked.Scope, request, cancellationToken));
            })
            .RequireAuthorization(Policies.Developer).WithName($"Update{name}Variable")
            .WithSummary("Replaces value and description; what is left out stays.")
            .Takes(new UpdateVariableRequest("sk_test_2", Example.Description)).Answers(Example);
        group.MapDelete("/{key}", async (
                RequestedVariableScope asked, string key, Actor actor, VariableCommands commands, CancellationToken cancellationToken) =>
            {
                await commands.DeleteAsync(actor, asked.Scope, key, cancellationToken);
                return TypedResults.NoContent();
            })
            .RequireAuthorization(Policies.Developer).WithName($"Delete{name}Variable").WithSummary("Takes an environment variable away.");
    }

    public sealed record CreateVariableRequest(string Key, string Value, string? Description);

    /// <summary>A description of null takes it away.</summary>
    public sealed record UpdateVariableRequest(string? Value, string? Description);
}
