using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Runs;

/// <summary>Requests and answers as they could be, for the description of REST.</summary>
internal static class RunExamples
{
    private const string RunId = "V1StGXR8Z5jdHi6BmyTmq";
    private const string CorrelationId = "5oB0eWm2kQ7x";
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly JsonElement Result = JsonElement.Parse("""{"count":2,"employees":["Ada Adler","Ben Brandt"]}""");

    public static StartRunRequest Start { get; } = new()
    {
        Api = "list-employees",
        Parameters = new JsonObject { ["department"] = "Engineering" },
        Retry = new RetryRequest { MaximumAttempts = 3 },
        AuthSession = new RunAuthSessionRequest { Id = "demo-user", AutoRecreate = true },
    };

    public static CreateAuthSessionRequest Create { get; } = new() { Id = "demo-user", Parameters = Credentials() };

    public static UpdateAuthSessionRequest Update { get; } = new() { Parameters = Credentials() };

    public static ValidateAuthSessionRequest Validate { get; } = new() { AutoRecreate = true };

    public static RunStartedWire Started { get; } = new(RunId);

    public static RunStateWire Canceled { get; } = new(RunId, RunWords.Of(RunStatus.Canceled));

    public static OperationStartedWire OperationStarted { get; } = new("started", RunId);

    public static OperationStartedWire OperationPending { get; } = new("pending", RunId);

    private static RunErrorWire Error { get; } = new()
    {
        Code = RunErrorCodes.ApiAttemptsFailed,
        Category = "execution",
        Message = "The API failed in all 3 attempts. The page has no table of employees.",
        Retirable = false,
        CorrelationId = CorrelationId,
        Details = new JsonObject { ["attempts_count"] = 3 },
    };

    private static RunReasonWire Reason { get; } = new(RunReasons.ValidateDependencyFailed, "The login is lost, and logging in again failed.");

    private static RunSummaryWire Summary { get; } = new()
    {
        RunId = RunId,
        Type = RunWords.Of(RunType.Api),
        Status = RunWords.Of(RunStatus.Completed),
        ApiName = "list-employees",
        AuthSessionId = "demo-user",
        Attempts = 1,
        CreatedAt = Time,
        StartedAt = Time.AddMilliseconds(12),
        FinishedAt = Time.AddMilliseconds(1512),
        DurationMs = 1500,
    };

    public static RunListWire List { get; } = new([Summary], "41");

    public static RunDetailWire Detail { get; } = new()
    {
        RunId = RunId,
        Type = Summary.Type,
        Status = Summary.Status,
        ApiName = Summary.ApiName,
        AuthSessionId = Summary.AuthSessionId,
        CreatedAt = Summary.CreatedAt,
        StartedAt = Summary.StartedAt,
        FinishedAt = Summary.FinishedAt,
        DurationMs = Summary.DurationMs,
        Parameters = JsonElement.Parse("""{"department":"Engineering"}"""),
        Result = Result,
        DeploymentId = Guid.Parse("7c0a2b1e-95a4-4f0e-8a55-0d4f5b1c9e11"),
        Attempts =
        [
            new AttemptWire
            {
                Number = 1,
                Kind = RunWords.Of(AttemptKind.Api),
                Status = RunWords.Of(AttemptStatus.Completed),
                ValidateRunId = "kT5yqOeN2w8Xc0LhPvR3z",
                StartedAt = Summary.StartedAt,
                FinishedAt = Summary.FinishedAt,
                DurationMs = 1500,
                HasTrace = true,
                HasLog = true,
                HasScreenshot = false,
            },
        ],
    };

    public static RouteHandlerBuilder AnswersRunResults(this RouteHandlerBuilder address) => address
        .Answers(new RunResultWire { RunId = RunId, Status = RunWords.Of(RunStatus.Pending) }, "pending")
        .Answers(new RunResultWire { RunId = RunId, Status = RunWords.Of(RunStatus.Completed), Result = Result }, "completed")
        .Answers(new RunResultWire { RunId = RunId, Status = RunWords.Of(RunStatus.Failed), Error = Error, Message = Error.Message }, "failed")
        .Answers(new RunResultWire { RunId = RunId, Status = RunWords.Of(RunStatus.Canceled), Reason = Reason, Message = Reason.Message }, "canceled");

    public static RouteHandlerBuilder AnswersOperationResults(this RouteHandlerBuilder address) => address
        .Answers(new OperationResultWire { Status = "pending" }, "pending")
        .Answers(new OperationResultWire { Status = "in_progress", RunId = RunId }, "in_progress")
        .Answers(new OperationResultWire { Status = "done", AuthSessionId = "demo-user" }, "done")
        .Answers(new OperationResultWire { Status = "failed", Message = Error.Message, Error = Error with { Code = RunErrorCodes.CreateAttemptsFailed, Category = "auth" } }, "failed")
        .Answers(new OperationResultWire { Status = "canceled", Message = Reason.Message, Reason = Reason }, "canceled");

    private static JsonObject Credentials() => new() { ["username"] = "demo", ["password"] = "demo-password-1" };
}
