using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform jobruns</c>: REST names a JobRun together with its Job; here its own id is enough.</summary>
internal static class JobRunVerbs
{
    /// <summary>The most the server gives at once.</summary>
    private const int PageSize = 200;

    private static readonly string[] FilterFields = ["id", "status", "type", "started_at"];

    private static readonly Argument<string> JobId = new("job-id") { Description = "The id of the Job." };

    private static readonly Argument<string> Id = new("job-run-id") { Description = "The id of the JobRun; its Job is found." };

    public static Verb Create() => new("jobruns", "JobRuns: executions of a Job.")
    {
        new Verb(
            "list",
            $"Lists the JobRuns of a Job, newest first. Filter fields: {string.Join(", ", FilterFields)}.",
            "intuned platform jobruns list my-job --limit 5",
            "intuned platform jobruns list my-job -f \"status=PAUSED,FAILURE\" -f \"started_at>2026-01-31\"")
        {
            JobId, CommonOptions.Limit, CommonOptions.Offset, CommonOptions.Filter,
        }.Does(ListAsync),
        new Verb(
            "get",
            "Shows one JobRun. With --wait it does so when the JobRun has ended, and fails unless every item succeeded.",
            "intuned platform jobruns get JOB_RUN_ID --json",
            "intuned platform jobruns get JOB_RUN_ID --wait 1h")
        {
            Id, CommonOptions.Wait,
        }.Does(GetAsync),
        new Verb("terminate", "Stops a JobRun; one that has ended stays as it is.", "intuned platform jobruns terminate JOB_RUN_ID") { Id }
            .Does((call, cancellationToken) => ActAsync(call, "terminate", cancellationToken)),
        new Verb("pause", "Pauses a JobRun: it starts nothing new.", "intuned platform jobruns pause JOB_RUN_ID") { Id }
            .Does((call, cancellationToken) => ActAsync(call, "pause", cancellationToken)),
        new Verb("resume", "Resumes a paused JobRun where it stood.", "intuned platform jobruns resume JOB_RUN_ID") { Id }
            .Does((call, cancellationToken) => ActAsync(call, "resume", cancellationToken)),
        new Verb(
            "retry",
            "Starts a JobRun of the items that failed in one that has ended, with the Job as it is now.",
            "intuned platform jobruns retry JOB_RUN_ID",
            "intuned platform jobruns retry JOB_RUN_ID --wait 1h --json")
        {
            Id, CommonOptions.Wait,
        }.Does(RetryAsync),
        new Verb(
            "results",
            "Saves the results as results_JOBRUN.jsonl, one line a Run.",
            "intuned platform jobruns results JOB_RUN_ID",
            "intuned platform jobruns results JOB_RUN_ID -o - | jq .apiInfo.result")
        {
            Id, CommonOptions.OutputFile,
        }.Does(ResultsAsync),
    };

    private static async Task ListAsync(Call call, CancellationToken cancellationToken)
    {
        var filters = Filter.Read(call, FilterFields);
        var shown = await AllAsync(call, cancellationToken)
            .Where(run => filters.All(f => f.Matches(ValueOf(run, f.Field))))
            .Skip(call.Get(CommonOptions.Offset))
            .Take(call.Get(CommonOptions.Limit))
            .ToArrayAsync(cancellationToken);
        call.Output.Write(shown, () => Output.Table(
            ["id", "status", "type", "started", "ended", "items", "ok", "failed", "why"],
            shown.Select(r => new[]
            {
                Text(r, "id"), Text(r, "status"), Text(r, "type"), Text(r, "start_time"), Text(r, "end_time"), Text(r, "payloads"),
                Text(r, "successful_runs"), Text(r, "failed_runs"), r["reason"]?["type"]?.ToString() ?? r["error"]?["code"]?.ToString(),
            }),
            "There is no such JobRun."));
    }

    private static async IAsyncEnumerable<JsonObject> AllAsync(Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = call.Has(CommonOptions.Filter) ? PageSize : Math.Min(PageSize, call.Get(CommonOptions.Offset) + call.Get(CommonOptions.Limit));
        for (var number = 0; ; number++)
        {
            var page = await call.Client.GetAsync<JsonObject>(
                Address.WithQuery(
                    $"{call.Project}/jobs/{Address.Part(call.Get(JobId))}/runs",
                    ("pageSize", size.ToString(CultureInfo.InvariantCulture)),
                    ("pageNumber", number.ToString(CultureInfo.InvariantCulture)),
                    ("sortBy", "start_time,desc")),
                cancellationToken);
            var runs = (page["jobRuns"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            foreach (var run in runs)
            {
                yield return run;
            }

            if (runs.Count < size)
            {
                yield break;
            }
        }
    }

    private static object? ValueOf(JsonObject run, string field) => field == "started_at"
        ? run["start_time"]?.GetValue<DateTimeOffset>()
        : Text(run, field);

    private static async Task<int> GetAsync(Call call, CancellationToken cancellationToken)
    {
        var limit = CommonOptions.ReadWait(call);
        var found = await FindAsync(call, cancellationToken);
        if (limit is not null)
        {
            return JobRunView.Finish(call, await JobRunView.WaitAsync(call, call.Get(Id), found.Path, limit, cancellationToken));
        }

        JobRunView.Show(call, found.JobRun);
        return 0;
    }

    private static async Task ActAsync(Call call, string what, CancellationToken cancellationToken)
    {
        var found = await FindAsync(call, cancellationToken);
        var answer = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{found.Path}/{what}", body: null, cancellationToken);
        call.Output.Write(answer, () => Console.WriteLine($"JobRun {call.Get(Id)}: {answer["message"]}"));
    }

    private static async Task<int> RetryAsync(Call call, CancellationToken cancellationToken)
    {
        var limit = CommonOptions.ReadWait(call);
        var found = await FindAsync(call, cancellationToken);
        var retried = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{found.Path}/retry", body: null, cancellationToken);
        var id = retried["jobRunId"]!.ToString();
        return await JobRunView.FollowAsync(call, retried, $"{found.Path[..(found.Path.LastIndexOf('/') + 1)]}{Address.Part(id)}", id, limit, cancellationToken);
    }

    private static async Task ResultsAsync(Call call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(call, cancellationToken);
        var file = call.Get(CommonOptions.OutputFile) ?? $"results_{call.Get(Id)}.jsonl";
        await call.Client.DownloadAsync($"{found.Path}/results", file, cancellationToken);
        if (file != "-")
        {
            call.Output.Write(new { JobRunId = call.Get(Id), File = file }, () => Console.WriteLine(file));
        }
    }

    /// <summary>Its Runs tell the Job; one that has started none yet is looked for in every Job.</summary>
    private static async Task<Found> FindAsync(Call call, CancellationToken cancellationToken)
    {
        var id = call.Get(Id);
        var runs = await call.Client.GetAsync<RunListWire>(
            Address.WithQuery($"{call.Project}/runs", ("jobRunId", id), ("pageSize", "1")), cancellationToken);
        var jobs = runs.Runs is [{ JobId: { } job }]
            ? [job]
            : (await call.Client.GetAsync<JsonObject[]>($"{call.Project}/jobs", cancellationToken)).Select(j => Text(j, "id")!);
        foreach (var jobId in jobs)
        {
            var path = $"{call.Project}/jobs/{Address.Part(jobId)}/runs/{Address.Part(id)}";
            if (await call.Client.FindAsync<JsonObject>(path, cancellationToken) is { } answer)
            {
                return new Found(path, JobRunView.Of(answer));
            }
        }

        throw new CliException($"There is no JobRun {id}.");
    }

    private static string? Text(JsonObject node, string name) => node[name]?.ToString();

    private sealed record Found(string Path, JsonObject JobRun);
}
