using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.People;

/// <summary>Lets people take over browsers of this node from pages of another one, which has seen to who they are.</summary>
public static class NodeTakeOvers
{
    internal const string BeginPath = "/take-overs";

    internal static string HolderPath(string requestId) => $"{BeginPath}/of/{requestId}";

    internal static string CheckPath(string id) => $"{BeginPath}/{id}/check";

    internal static string EndPath(string id) => $"{BeginPath}/{id}/end";

    internal static string StreamPath(string id) => $"{BeginPath}/{id}/stream";

    internal static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(NodeCalls.Prefix + BeginPath).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        group.MapPost("/", BeginAsync);
        group.MapPost("/of/{requestId}", FindHolder);
        group.MapPost("/{id}/check", Check);
        group.MapPost("/{id}/end", EndIt);
        group.MapGet("/{id}/stream", StreamAsync);
    }

    private static async Task<IResult> BeginAsync(HttpContext context, Begin asked, NodeCalls calls, TakeOvers takeOvers)
    {
        if (calls.Verify(context) is not { } actor)
        {
            return Results.NotFound();
        }

        try
        {
            var begun = await takeOvers.BeginAsync(actor, asked.ProjectId, asked.RunId, asked.RequestId, context.RequestAborted);
            return Results.Json(new Begun(begun.Id));
        }
        catch (RequestException refused)
        {
            return Results.Json(new NodeRefusal(refused.Message, refused.Code), statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static IResult FindHolder(HttpContext context, string requestId, NodeCalls calls, TakeOvers takeOvers) =>
        calls.Verify(context) is not null && takeOvers.Find(requestId) is { } found ? Results.Json(BrowserHolder.Of(found)) : Results.NotFound();

    private static IResult Check(HttpContext context, string id, NodeCalls calls, TakeOvers takeOvers) =>
        Find(context, id, calls, takeOvers) is { } found ? Results.Json(new Begun(found.Id)) : Results.NotFound();

    private static IResult EndIt(HttpContext context, string id, End asked, NodeCalls calls, TakeOvers takeOvers)
    {
        if (Find(context, id, calls, takeOvers) is not { } found)
        {
            return Results.NotFound();
        }

        takeOvers.End(found, asked.Reason);
        return Results.Json(new Begun(found.Id));
    }

    private static async Task StreamAsync(HttpContext context, string id, NodeCalls calls, TakeOvers takeOvers, TakeOverStream stream)
    {
        if (context.WebSockets.IsWebSocketRequest && Find(context, id, calls, takeOvers) is { } found)
        {
            await stream.ServeAsync(context, found);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    /// <summary>Its number is no secret that would make somebody else its owner.</summary>
    private static TakeOver? Find(HttpContext context, string id, NodeCalls calls, TakeOvers takeOvers) =>
        calls.Verify(context) is { } actor && takeOvers.FindById(id) is { } found && found.Actor.Id == actor.Id ? found : null;

    internal sealed record Begin(Guid ProjectId, string RunId, string RequestId);

    internal sealed record Begun(string Id);

    internal sealed record End(string Reason);
}
