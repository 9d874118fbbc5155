using IntunedDashboard.AuthSessions;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Runs;

public sealed record OperationStartedWire([property: OneOf("started", "pending")] string Status, string OperationId);

/// <summary>The published union on <c>status</c>: pending, in_progress, done, failed or canceled.</summary>
public sealed record OperationResultWire
{
    [OneOf("pending", "in_progress", "done", "failed", "canceled")]
    public required string Status { get; init; }

    public string? RunId { get; init; }

    public string? AuthSessionId { get; init; }

    public string? Message { get; init; }

    public RunErrorWire? Error { get; init; }

    public RunReasonWire? Reason { get; init; }

    public static OperationResultWire From(RunDetail run) => run.Row.Status switch
    {
        RunStatus.Pending => new OperationResultWire { Status = "pending" },
        RunStatus.Started => new OperationResultWire { Status = "in_progress", RunId = run.Row.Id },
        RunStatus.Completed => new OperationResultWire { Status = "done", AuthSessionId = run.Row.AuthSessionId },
        RunStatus.Failed => new OperationResultWire
        {
            Status = "failed",
            Message = run.Row.Message ?? "The operation failed.",
            Error = RunErrorWire.From(run.Error ?? RunErrors.Of(run.Row.ErrorCode ?? RunErrorCodes.InternalServerError, run.Row.Message ?? "The operation failed.")),
        },
        _ => new OperationResultWire
        {
            Status = "canceled",
            Message = run.Row.Message ?? "The operation was canceled.",
            Reason = RunReasonWire.From(run.Row) ?? new RunReasonWire(RunReasons.CanceledByUser, "The operation was canceled."),
        },
    };
}

/// <summary>REST of the AuthSession operations. An operation is its AuthSession Run, and its id is that Run's id.</summary>
public static class AuthSessionOperationsApi
{
    public static RouteGroupBuilder MapAuthSessionOperations(this RouteGroupBuilder project)
    {
        var sessions = project.MapGroup("/auth-sessions").WithTags("AuthSessions");
        sessions.MapPost("/create", CreateAsync).RequireAuthorization(Policies.Operator)
            .WithName("CreateOrUpdateAuthSessionStart").WithSummary("Makes an AuthSession and logs in; with an existing id it acts as an update.")
            .Takes(RunExamples.Create).Answers(RunExamples.OperationStarted).Refuses(StatusCodes.Status409Conflict);
        sessions.MapGet("/create/{operationId}/result", CreateResultAsync)
            .WithName("createAuthSessionResult").WithSummary("How the creation went, or how far it is.")
            .TakesQuery(RunWait.Described).AnswersOperationResults();
        sessions.MapPost("/{authSessionId}/update", UpdateAsync).RequireAuthorization(Policies.Operator)
            .WithName("UpdateAuthSessionStart").WithSummary("Logs in again, with new credentials or the last ones.")
            .Takes(RunExamples.Update).Answers(RunExamples.OperationStarted).Refuses(StatusCodes.Status409Conflict);
        sessions.MapGet("/{authSessionId}/update/{operationId}/result", UpdateResultAsync)
            .WithName("updateAuthSessionResult").WithSummary("How the update went, or how far it is.")
            .TakesQuery(RunWait.Described).AnswersOperationResults();
        sessions.MapPost("/{authSessionId}/validate/start", ValidateAsync).RequireAuthorization(Policies.Operator)
            .WithName("ValidateAuthSessionStart").WithSummary("Checks whether the login still holds, and logs in again when it may.")
            .Takes(RunExamples.Validate).Answers(RunExamples.OperationPending).Refuses(StatusCodes.Status409Conflict);
        sessions.MapGet("/{authSessionId}/validate/{operationId}/result", ValidateResultAsync)
            .WithName("validateAuthSessionResult").WithSummary("Whether the login holds, or how far the check is.")
            .TakesQuery(RunWait.Described).AnswersOperationResults();
        sessions.MapPost("/{authSessionId}/versions/{version:int}/restore", RestoreAsync).RequireAuthorization(Policies.Operator)
            .WithName("RestoreAuthSessionVersion").WithSummary("Puts an earlier login back, once it has passed a check. Poll it like a validation.")
            .Answers(RunExamples.OperationPending).Refuses(StatusCodes.Status409Conflict);
        sessions.MapDelete("/{authSessionId}", DeleteAsync).RequireAuthorization(Policies.Operator)
            .WithName("deleteAuthSession").WithSummary("Deletes an AuthSession with its credentials and logins.")
            .Refuses(StatusCodes.Status409Conflict);
        return project;
    }

    private static async Task<Created<OperationStartedWire>> CreateAsync(
        RequestedProject project, JsonBody body, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        var request = ReadSave(body, parametersRequired: true) with { Id = body.OptionalString("id") };
        body.ThrowIfFaulty();
        var started = await commands.CreateAsync(actor, project.Id, request, cancellationToken);
        return TypedResults.Created((string?)null, new OperationStartedWire("started", started.RunId));
    }

    private static async Task<Created<OperationStartedWire>> UpdateAsync(
        RequestedProject project, string authSessionId, JsonBody body, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        var request = ReadSave(body, parametersRequired: false) with { SetProxy = body.HasNull("proxy") };
        body.ThrowIfFaulty();
        var started = await commands.UpdateAsync(actor, project.Id, authSessionId, request, cancellationToken);
        return TypedResults.Created((string?)null, new OperationStartedWire("started", started.RunId));
    }

    private static async Task<Created<OperationStartedWire>> ValidateAsync(
        RequestedProject project, string authSessionId, JsonBody body, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        var request = new ValidateAuthSession
        {
            AutoRecreate = body.Flag("autoRecreate", fallback: true),
            CheckAttempts = body.WholeNumber("checkAttempts", 3, 1, RunOptions.MostAttempts),
            CreateAttempts = body.WholeNumber("createAttempts", 3, 1, RunOptions.MostAttempts),
            RequestTimeout = body.WholeNumber("requestTimeout", 600, 1, RunOptions.LongestTimeout),
            Proxy = ReadProxy(body),
        };
        body.ThrowIfFaulty();
        var started = await commands.ValidateAsync(actor, project.Id, authSessionId, request, cancellationToken);
        return TypedResults.Created((string?)null, new OperationStartedWire("pending", started.RunId));
    }

    /// <summary>The operation is the check of what was put back: its result is that of a Validate.</summary>
    private static async Task<Created<OperationStartedWire>> RestoreAsync(
        RequestedProject project, string authSessionId, int version, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        var started = await commands.RestoreAsync(actor, project.Id, authSessionId, version, cancellationToken);
        return TypedResults.Created((string?)null, new OperationStartedWire("pending", started.RunId));
    }

    private static async Task<NoContent> DeleteAsync(
        RequestedProject project, string authSessionId, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        await commands.DeleteAsync(actor, project.Id, authSessionId, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>An upsert of an existing session runs as an Update, so the create operation may be either.</summary>
    private static Task<Ok<OperationResultWire>> CreateResultAsync(
        RequestedProject project, string operationId, QueryValues query, RunWait wait, CancellationToken cancellationToken) =>
        ResultAsync(wait, project, operationId, run => run.Type is RunType.Create or RunType.Update, query, cancellationToken);

    private static Task<Ok<OperationResultWire>> UpdateResultAsync(
        RequestedProject project, string authSessionId, string operationId, QueryValues query, RunWait wait, CancellationToken cancellationToken) =>
        ResultAsync(wait, project, operationId, run => run.Type == RunType.Update && run.AuthSessionId == authSessionId, query, cancellationToken);

    private static Task<Ok<OperationResultWire>> ValidateResultAsync(
        RequestedProject project, string authSessionId, string operationId, QueryValues query, RunWait wait, CancellationToken cancellationToken) =>
        ResultAsync(wait, project, operationId, run => run.Type == RunType.Validate && run.AuthSessionId == authSessionId, query, cancellationToken);

    private static async Task<Ok<OperationResultWire>> ResultAsync(
        RunWait wait, RequestedProject project, string operationId, Func<Run, bool> isAskedFor, QueryValues query, CancellationToken cancellationToken) =>
        await wait.FindAsync(project.Id, operationId, RunWait.Read(query), isAskedFor, cancellationToken) is { } run
            ? TypedResults.Ok(OperationResultWire.From(run))
            : throw RequestException.NotFound($"Operation {operationId}");

    private static SaveAuthSession ReadSave(JsonBody body, bool parametersRequired) => new()
    {
        ParametersJson = body.ObjectText("parameters", parametersRequired),
        Proxy = ReadProxy(body),
        CheckAttempts = body.WholeNumber("checkAttempts", 3, 1, RunOptions.MostAttempts),
        CreateAttempts = body.WholeNumber("createAttempts", 3, 1, RunOptions.MostAttempts),
        SaveTrace = body.Flag("saveTrace", fallback: true),
        Source = AuthSessionSource.Api,
    };

    private static string? ReadProxy(JsonBody body)
    {
        var proxy = body.OptionalString("proxy");
        if (proxy is not null && !ProxySettings.TryParse(proxy, out _))
        {
            body.AddFault("proxy", ProxySettings.Rule);
        }

        return proxy;
    }
}
