using System.Globalization;
using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs;

/// <summary>REST of Runs: the published start and result, and our own list, detail, artifacts and cancel.</summary>
public static class RunsApi
{
    private const int LogBatch = 1000;

    public static RouteGroupBuilder MapRuns(this RouteGroupBuilder project)
    {
        var runs = project.MapGroup(string.Empty).WithTags("Runs");
        runs.MapPost("/run/start", StartAsync).RequireAuthorization(Policies.Operator)
            .WithName("runApiStart").WithSummary("Starts an API Run. Its result is asked for later.")
            .Takes(RunExamples.Start).Answers(RunExamples.Started).Refuses(StatusCodes.Status409Conflict);
        runs.MapGet("/run/{runId}/result", ResultAsync)
            .WithName("runApiResult").WithSummary("The result of a Run, or how far it is.")
            .TakesQuery(RunWait.Described).AnswersRunResults();
        runs.MapGet("/runs", ListAsync)
            .WithName("ListRuns").WithSummary("The Runs of a project, newest first.")
            .TakesQuery(RunListQuery.Described).Answers(RunExamples.List);
        runs.MapGet("/runs/{runId}", GetAsync)
            .WithName("GetRun").WithSummary("A Run with everything it was given and gave, and its attempts.")
            .Answers(RunExamples.Detail);
        runs.MapPost("/runs/{runId}/cancel", CancelAsync).RequireAuthorization(Policies.Operator)
            .WithName("CancelRun").WithSummary("Asks a Run to stop. Nothing happens to one that has ended.")
            .Answers(RunExamples.Canceled);
        var attempt = runs.MapGroup("/runs/{runId}/attempts/{number:int}");
        attempt.MapGet("/log", LogAsync)
            .WithName("GetAttemptLog").WithSummary("The log of an attempt, one JSON object with time, level and message a line.")
            .AnswersFile("application/x-ndjson").Refuses(StatusCodes.Status403Forbidden);
        attempt.MapGet("/trace", TraceAsync)
            .WithName("GetAttemptTrace").WithSummary("The Playwright trace of an attempt, when one was kept.")
            .AnswersFile("application/zip").Refuses(StatusCodes.Status403Forbidden);
        attempt.MapGet("/screenshot", ScreenshotAsync)
            .WithName("GetAttemptScreenshot").WithSummary("The last picture before an attempt failed, when there is one.")
            .AnswersFile("image/png").Refuses(StatusCodes.Status403Forbidden);
        return project;
    }

    private static async Task<Created<RunStartedWire>> StartAsync(
        RequestedProject project, JsonBody body, Actor actor, IRunCommands commands, CancellationToken cancellationToken)
    {
        var authSession = body.Nested("authSession");
        var request = new StartRun
        {
            Api = body.RequiredString("api"),
            ParametersJson = body.ObjectText("parameters", required: true) ?? "{}",
            AuthSessionId = authSession?.OptionalString("id"),
            RuntimeInputJson = authSession?.ObjectText("runtimeInput"),
            Proxy = authSession?.OptionalString("proxy") ?? body.OptionalString("proxy"),
            Sink = SinkReader.Read(body),
            Options = ReadOptions(body, authSession),
        };
        if (authSession is not null && request.AuthSessionId is null && request.RuntimeInputJson is null)
        {
            authSession.AddFault("id", "Is required unless runtimeInput is given.");
        }

        body.ThrowIfFaulty();
        var runId = await commands.StartAsync(actor, project.Id, request, cancellationToken);
        return TypedResults.Created((string?)null, new RunStartedWire(runId));
    }

    private static RunOptions ReadOptions(JsonBody body, JsonBody? authSession) => new()
    {
        MaximumAttempts = body.Nested("retry")?.WholeNumber("maximumAttempts", 3, 1, RunOptions.MostAttempts) ?? 3,
        RequestTimeout = body.WholeNumber("requestTimeout", 600, 1, RunOptions.LongestTimeout),
        SaveTrace = body.Flag("saveTrace", fallback: true),
        AutoRecreate = authSession?.Flag("autoRecreate", fallback: true) ?? true,
        CheckAttempts = authSession?.WholeNumber("checkAttempts", 3, 1, RunOptions.MostAttempts) ?? 3,
        CreateAttempts = authSession?.WholeNumber("createAttempts", 3, 1, RunOptions.MostAttempts) ?? 3,
        AuthRequestTimeout = authSession?.WholeNumber("requestTimeout", 600, 1, RunOptions.LongestTimeout) ?? 600,
    };

    private static async Task<Ok<RunResultWire>> ResultAsync(
        RequestedProject project, string runId, QueryValues query, RunWait wait, CancellationToken cancellationToken) =>
        await wait.FindAsync(project.Id, runId, RunWait.Read(query), _ => true, cancellationToken) is { } run
            ? TypedResults.Ok(RunResultWire.From(run))
            : throw RequestException.NotFound($"Run {runId}");

    private static async Task<Ok<RunListWire>> ListAsync(
        RequestedProject project, QueryValues query, IRunQueries queries, CancellationToken cancellationToken)
    {
        var (filter, pageSize, cursor) = RunListQuery.Read(query);
        var page = await queries.ListAsync(project.Id, filter, pageSize, cursor, cancellationToken);
        return TypedResults.Ok(new RunListWire(page.Runs.Select(RunSummaryWire.From).ToList(), page.NextCursor));
    }

    private static async Task<Ok<RunDetailWire>> GetAsync(
        RequestedProject project, string runId, IRunQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(RunDetailWire.From(await FindAsync(queries, project, runId, cancellationToken)));

    private static async Task<Ok<RunStateWire>> CancelAsync(
        RequestedProject project, string runId, Actor actor, IRunCommands commands, IRunQueries queries, CancellationToken cancellationToken)
    {
        await commands.CancelAsync(actor, project.Id, runId, cancellationToken);
        var run = await FindAsync(queries, project, runId, cancellationToken);
        return TypedResults.Ok(new RunStateWire(runId, RunWords.Of(run.Row.Status)));
    }

    private static async Task LogAsync(
        RequestedProject project, string runId, int number, Actor actor, IRunQueries queries, IOptions<JsonOptions> json, HttpContext context)
    {
        var run = await FindAsync(queries, project, runId, context.RequestAborted);
        RequireArtifactRole(actor, run);
        _ = run.Attempts.FirstOrDefault(a => a.Number == number) ?? throw RequestException.NotFound($"Attempt {number}");
        context.Response.ContentType = "application/x-ndjson";
        var after = 0;
        while (true)
        {
            var lines = await queries.ReadLogAsync(project.Id, runId, number, after, LogBatch, context.RequestAborted);
            foreach (var line in lines)
            {
                await JsonSerializer.SerializeAsync(
                    context.Response.Body, new LogLineWire(line.Time, line.Level, line.Message), json.Value.SerializerOptions, context.RequestAborted);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
                after = line.Seq;
            }

            if (lines.Count < LogBatch)
            {
                return;
            }
        }
    }

    private static async Task<FileStreamHttpResult> TraceAsync(
        RequestedProject project, string runId, int number, Actor actor, IRunQueries queries, CancellationToken cancellationToken) =>
        TypedResults.File(
            await OpenAsync(project, runId, number, ArtifactKind.Trace, actor, queries, cancellationToken),
            "application/zip",
            string.Create(CultureInfo.InvariantCulture, $"trace_{runId}_{number}.zip"));

    private static async Task<FileStreamHttpResult> ScreenshotAsync(
        RequestedProject project, string runId, int number, Actor actor, IRunQueries queries, CancellationToken cancellationToken) =>
        TypedResults.File(
            await OpenAsync(project, runId, number, ArtifactKind.Screenshot, actor, queries, cancellationToken), "image/png");

    private static async Task<Stream> OpenAsync(
        RequestedProject project, string runId, int number, ArtifactKind kind, Actor actor, IRunQueries queries, CancellationToken cancellationToken)
    {
        RequireArtifactRole(actor, await FindAsync(queries, project, runId, cancellationToken));
        return await queries.OpenArtifactAsync(project.Id, runId, number, kind, cancellationToken)
            ?? throw RequestException.NotFound($"A {kind} of attempt {number}");
    }

    /// <summary>What a login leaves in a log or picture may say more than a viewer should know.</summary>
    private static void RequireArtifactRole(Actor actor, RunDetail run)
    {
        if (run.Row.Type != RunType.Api)
        {
            actor.Require(Role.Operator);
        }
    }

    private static async Task<RunDetail> FindAsync(
        IRunQueries queries, RequestedProject project, string runId, CancellationToken cancellationToken) =>
        await queries.FindAsync(project.Id, runId, cancellationToken) ?? throw RequestException.NotFound($"Run {runId}");

    public sealed record LogLineWire(DateTimeOffset Time, string Level, string Message);
}
