using System.Text.Json.Nodes;

namespace IntunedDashboard.Cli.Platform;

/// <summary>How commands show a JobRun, wait for its end and tell what became of it. Its JSON is the server's own.</summary>
internal static class JobRunView
{
    /// <summary>The JobRun in the server's answer, which has a link beside it.</summary>
    public static JsonObject Of(JsonObject answer) =>
        answer["jobRun"] as JsonObject ?? throw new CliException("The server's answer holds no JobRun.");

    /// <summary>The command that shows it again.</summary>
    public static string LookAt(Call call, string id) => $"intuned platform jobruns get {id} -p {call.ProjectName}";

    public static void Show(Call call, JsonObject run) => call.Output.Write(run, () => Output.Facts(
        ("JobRun", Text(run, "id")),
        ("Job", Text(run, "job_id")),
        ("Status", Text(run, "status")),
        ("Type", Text(run, "type")),
        ("Started", Text(run, "start_time")),
        ("Ended", Text(run, "end_time")),
        ("Items", Text(run, "payloads")),
        ("Succeeded", Text(run, "successful_runs")),
        ("Failed", Text(run, "failed_runs")),
        ("Why", Why(run))));

    /// <summary>Until it has ended or is paused: a paused one waits for a person.</summary>
    public static async Task<JsonObject> WaitAsync(Call call, string id, string path, TimeSpan? limit, CancellationToken cancellationToken) =>
        Of(await new Waiting($"JobRun {id}", LookAt(call, id)).ForAsync<JsonObject>(
            call.Client,
            path,
            answer => Progress(Of(answer)),
            answer => Of(answer)["end_time"] is not null || Text(Of(answer), "status") == "PAUSED",
            limit,
            cancellationToken));

    /// <summary>Tells of a JobRun that was just started, or waits for its end. Answers 1 when it did not start, or not every item succeeded.</summary>
    /// <param name="started">What the server answered.</param>
    /// <param name="limit">How long to wait; null for not at all.</param>
    public static async Task<int> FollowAsync(
        Call call, JsonObject started, string path, string id, TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (limit is not null)
        {
            return Finish(call, await WaitAsync(call, id, path, limit, cancellationToken));
        }

        var jobRun = Of(await call.Client.GetAsync<JsonObject>(path, cancellationToken));
        call.Output.Write(started, () =>
        {
            Console.WriteLine($"JobRun {id} is {jobRun["status"]}.");
            Output.Note($"See: {LookAt(call, id)}");
        });
        return jobRun["status"]?.ToString() == "CANCELED" ? Fail(jobRun) : 0;
    }

    /// <summary>Shows what a wait has ended with. Answers 1 unless every item succeeded.</summary>
    public static int Finish(Call call, JsonObject run)
    {
        Show(call, run);
        if (Text(run, "status") is not ("SUCCESS" or "COMPLETED"))
        {
            return Fail(run);
        }

        var without = Count(run, "payloads") - Count(run, "successful_runs");
        if (without > 0)
        {
            Output.Fail($"{without} of {Text(run, "payloads")} items of JobRun {Text(run, "id")} did not succeed. "
                + $"More: intuned platform runs list -f job_run_id={Text(run, "id")} -f run_type=API -f status=FAILED,CANCELED -p {call.ProjectName}");
        }

        return without > 0 ? 1 : 0;
    }

    public static int Fail(JsonObject run)
    {
        Output.Fail($"JobRun {Text(run, "id")} is {Text(run, "status")}: {Why(run) ?? "no reason is known."}");
        return 1;
    }

    private static string Progress(JsonObject run)
    {
        var failed = Count(run, "failed_runs");
        var ended = Count(run, "successful_runs") + failed;
        return $"{Text(run, "status")}, {ended} of {Text(run, "payloads")} items{(failed > 0 ? $", {failed} failed" : string.Empty)},";
    }

    private static string? Why(JsonObject run) => (run["error"] ?? run["reason"]) is JsonObject why
        ? $"{why["message"]} ({why["code"] ?? why["type"]})"
        : null;

    private static int Count(JsonObject run, string name) => run[name]?.GetValue<int>() ?? 0;

    private static string? Text(JsonObject run, string name) => run[name]?.ToString();
}
