using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Runs.People;

/// <summary>The words of REST.</summary>
public static class HumanRequestWords
{
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<HumanRequestStatus>().Select(Of)];

    public static IReadOnlyList<string> Types { get; } = [.. Enum.GetValues<HumanFieldType>().Select(Of)];

    public static string Of(HumanRequestStatus status) => status switch
    {
        HumanRequestStatus.Waiting => "waiting",
        HumanRequestStatus.Answered => "answered",
        HumanRequestStatus.Declined => "declined",
        HumanRequestStatus.TimedOut => "timed-out",
        _ => "canceled",
    };

    public static string Of(HumanFieldType type) => type switch
    {
        HumanFieldType.Text => "text",
        HumanFieldType.Code => "code",
        HumanFieldType.Password => "password",
        _ => "choice",
    };
}

public sealed record HumanFieldWire(
    string Name,
    string Label,
    [property: OneOf(typeof(HumanRequestWords), nameof(HumanRequestWords.Types))] string Type,
    IReadOnlyList<string>? Choices);

public sealed record HumanRequestWire
{
    public required string RequestId { get; init; }

    public required string RunId { get; init; }

    public required int Attempt { get; init; }

    [OneOf(typeof(HumanRequestWords), nameof(HumanRequestWords.Statuses))]
    public required string Status { get; init; }

    public required string Message { get; init; }

    public required IReadOnlyList<HumanFieldWire> Fields { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? EndedBy { get; init; }

    public static HumanRequestWire From(HumanRequestView request) => new()
    {
        RequestId = request.Id,
        RunId = request.RunId,
        Attempt = request.Attempt,
        Status = HumanRequestWords.Of(request.Status),
        Message = request.Message,
        Fields = [.. request.Fields.Select(f => new HumanFieldWire(
            f.Name, f.Label, HumanRequestWords.Of(f.Type), f.Type == HumanFieldType.Choice ? f.Choices : null))],
        CreatedAt = request.CreatedAt,
        ExpiresAt = request.ExpiresAt,
        EndedAt = request.EndedAt,
        EndedBy = request.EndedBy,
    };
}

/// <summary>The body of <c>human-request/answer</c>.</summary>
public sealed record AnswerHumanRequest
{
    /// <summary>The request that is meant; without it, whichever is open.</summary>
    public string? RequestId { get; init; }

    /// <summary>A string for each of the fields. They are handed to the automation and kept nowhere.</summary>
    public required JsonObject Values { get; init; }
}

/// <summary>The body of <c>human-request/decline</c>.</summary>
public sealed record DeclineHumanRequest
{
    /// <summary>The request that is meant; without it, whichever is open.</summary>
    public string? RequestId { get; init; }
}

/// <summary>REST of Runs that wait for a person.</summary>
public static class HumanRequestApi
{
    public static RouteGroupBuilder MapHumanRequests(this RouteGroupBuilder project)
    {
        var request = project.MapGroup("/runs/{runId}/human-request").WithTags("Runs");
        request.MapGet(string.Empty, GetAsync)
            .WithName("GetHumanRequest").WithSummary("What a Run asks of a person, or asked last.")
            .Answers(Example);
        request.MapPost("/answer", AnswerAsync).RequireAuthorization(Policies.Operator)
            .WithName("AnswerHumanRequest").WithSummary("Answers what a Run asks of a person. It goes on at once. Only the first answer counts.")
            .Takes(ExampleAnswer).Answers(ExampleAnswered).Refuses(StatusCodes.Status409Conflict);
        request.MapPost("/decline", DeclineAsync).RequireAuthorization(Policies.Operator)
            .WithName("DeclineHumanRequest").WithSummary("Tells a Run that nobody will do what it asks for.")
            .Takes(new DeclineHumanRequest { RequestId = Example.RequestId }).Answers(ExampleDeclined).Refuses(StatusCodes.Status409Conflict);
        return project;
    }

    private static HumanRequestWire Example { get; } = new()
    {
        RequestId = "b9XcT2mQ8LrVkE5wZs0aH",
        RunId = "V1StGXR8Z5jdHi6BmyTmq",
        Attempt = 1,
        Status = HumanRequestWords.Of(HumanRequestStatus.Waiting),
        Message = "Enter the code from the authenticator app.",
        Fields = [new HumanFieldWire("code", "Code", HumanRequestWords.Of(HumanFieldType.Code), Choices: null)],
        CreatedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(2026, 1, 31, 12, 5, 0, TimeSpan.Zero),
    };

    private static AnswerHumanRequest ExampleAnswer { get; } = new() { RequestId = Example.RequestId, Values = new JsonObject { ["code"] = "123456" } };

    private static HumanRequestWire ExampleAnswered { get; } = Example with
    {
        Status = HumanRequestWords.Of(HumanRequestStatus.Answered),
        EndedAt = Example.CreatedAt.AddSeconds(20),
        EndedBy = "operator@example.com",
    };

    private static HumanRequestWire ExampleDeclined { get; } = ExampleAnswered with { Status = HumanRequestWords.Of(HumanRequestStatus.Declined) };

    private static async Task<Ok<HumanRequestWire>> GetAsync(
        RequestedProject project, string runId, IRunQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(HumanRequestWire.From(await FindAsync(project, runId, queries, cancellationToken)));

    private static async Task<Ok<HumanRequestWire>> AnswerAsync(
        RequestedProject project, string runId, JsonBody body, Actor actor, IHumanRequestCommands commands, IRunQueries queries,
        CancellationToken cancellationToken)
    {
        var requestId = body.OptionalString("requestId");
        var values = body.StringMap("values");
        if (!body.Has("values"))
        {
            body.AddFault("values", "Is required and must be a JSON object with a string for each field.");
        }

        body.ThrowIfFaulty();
        await commands.AnswerAsync(actor, project.Id, runId, requestId, values!, cancellationToken);
        return TypedResults.Ok(HumanRequestWire.From(await FindAsync(project, runId, queries, cancellationToken)));
    }

    private static async Task<Ok<HumanRequestWire>> DeclineAsync(
        RequestedProject project, string runId, JsonBody body, Actor actor, IHumanRequestCommands commands, IRunQueries queries,
        CancellationToken cancellationToken)
    {
        var requestId = body.OptionalString("requestId");
        body.ThrowIfFaulty();
        await commands.DeclineAsync(actor, project.Id, runId, requestId, cancellationToken);
        return TypedResults.Ok(HumanRequestWire.From(await FindAsync(project, runId, queries, cancellationToken)));
    }

    private static async Task<HumanRequestView> FindAsync(
        RequestedProject project, string runId, IRunQueries queries, CancellationToken cancellationToken) =>
        await queries.FindHumanRequestAsync(project.Id, runId, cancellationToken) ?? throw RequestException.NotFound($"A request of Run {runId} to a person");
}
