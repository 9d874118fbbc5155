using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary>The JSON the command line prints of Runs and attempts: snake_case and upper-case states, which differ from REST's.</summary>
internal static class RunView
{
    public static object Item(RunSummaryWire run) => new
    {
        Id = run.RunId,
        Status = Words.Upper(run.Status),
        run.ApiName,
        RunType = run.Type,
        run.AuthSessionId,
        run.JobId,
        run.JobRunId,
        run.Attempts,
        CreatedAt = run.CreatedAt.UtcDateTime,
        StartedAt = run.StartedAt?.UtcDateTime,
        FinishedAt = run.FinishedAt?.UtcDateTime,
        RunDuration = run.DurationMs,
        WaitsForPersonSince = run.WaitsForPersonSince?.UtcDateTime,
        run.Error,
        run.Reason,
    };

    public static object Detail(RunDetailWire run, RunResultWire result) => new
    {
        Id = run.RunId,
        Status = Words.Upper(run.Status),
        run.ApiName,
        RunType = run.Type,
        run.AuthSessionId,
        run.JobId,
        run.JobRunId,
        CreatedAt = run.CreatedAt.UtcDateTime,
        StartedAt = run.StartedAt?.UtcDateTime,
        FinishedAt = run.FinishedAt?.UtcDateTime,
        RunDuration = run.DurationMs,
        WaitsForPersonSince = run.WaitsForPersonSince?.UtcDateTime,
        Input = new { run.Parameters },
        Result = run.Status == "completed" ? OutputOf(result) : null,
        run.Error,
        run.Reason,
        Attempts = run.Attempts.Select(attempt => Attempt(run.RunId, attempt)),
    };

    public static object Attempt(string runId, AttemptWire attempt) => new
    {
        RunId = runId,
        attempt.Number,
        attempt.Kind,
        Status = Words.Upper(attempt.Status),
        attempt.ValidateRunId,
        StartedAt = attempt.StartedAt?.UtcDateTime,
        FinishedAt = attempt.FinishedAt?.UtcDateTime,
        Duration = attempt.DurationMs,
        attempt.Error,
        attempt.HasLog,
        attempt.HasTrace,
    };

    /// <summary>What a wait ends with: the names of REST, and the value itself as <c>result</c>.</summary>
    public static JsonObject Result(RunResultWire run)
    {
        var json = new JsonObject { ["runId"] = run.RunId, ["status"] = Words.Upper(run.Status) };
        if (run.Status == "completed")
        {
            json["result"] = run.Result?.DeepClone();
        }

        if (run.ExtendedPayloads is { Count: > 0 } payloads)
        {
            json["extendedPayloads"] = payloads.DeepClone();
        }

        if (run.Error is not null)
        {
            json["error"] = Output.ToNode(run.Error);
        }

        if (run.Reason is not null)
        {
            json["reason"] = Output.ToNode(run.Reason);
        }

        return json;
    }

    /// <summary>A result that is null is shown as null, so it is no ordinary property.</summary>
    private static JsonObject OutputOf(RunResultWire run)
    {
        var json = new JsonObject { ["output"] = run.Result?.DeepClone() };
        if (run.ExtendedPayloads is { Count: > 0 } payloads)
        {
            json["extendedPayloads"] = payloads.DeepClone();
        }

        return json;
    }
}
