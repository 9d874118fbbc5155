using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform runs</c></summary>
internal static class RunVerbs
{
    /// <summary>The most the server gives at once.</summary>
    private const int PageSize = 200;

    private static readonly string[] FilterFields = ["status", "api_name", "id", "run_duration", "started_at", "run_type", "job_id", "job_run_id"];

    private static readonly Argument<string> RunId = new("run-id") { Description = "The id of the Run." };

    private static readonly Argument<string> Data = new("data")
    {
        Description = $"What to run, {{\"api\", \"parameters\", \"authSession\", ...}}: {JsonInput.Forms}.",
    };

    public static Verb Create() => new("runs", "Runs of a project.")
    {
        new Verb(
            "list",
            $"Lists Runs, newest first. Filter fields: {string.Join(", ", FilterFields)}.",
            "intuned platform runs list -f \"status=FAILED\" -f \"api_name=list-orders\"",
            "intuned platform runs list -f \"run_duration>30s\" --json")
        {
            CommonOptions.Limit, CommonOptions.Offset, CommonOptions.Filter,
        }.Does(ListAsync),
        new Verb("get", "Shows one Run with its result.", "intuned platform runs get AbCdEfGhIjKlMnOpQrStU --json") { RunId }.Does(GetAsync),
        new Verb(
            "start",
            "Starts a Run. With --wait it prints the result, and fails when the Run does.",
            "intuned platform runs start '{\"api\": \"list-orders\", \"parameters\": {\"page\": 1}, \"authSession\": {\"id\": \"main\"}}' --wait",
            "intuned platform runs start run.json --wait 30m --json > result.json")
        {
            Data, CommonOptions.Wait,
        }.Does(StartAsync),
        new Verb("cancel", "Cancels a Run; one that has ended stays as it is.", "intuned platform runs cancel AbCdEfGhIjKlMnOpQrStU") { RunId }
            .Does(CancelAsync),
        AnswerVerb.Create(),
    };

    /// <summary>Waits for a Run to end, and prints its result. Answers 1 when it failed or was canceled.</summary>
    public static async Task<int> FinishAsync(Call call, RunResultWire result, Action<RunResultWire> show, CancellationToken cancellationToken)
    {
        call.Output.Write(RunView.Result(result), () => show(result));
        if (result.Status == "completed")
        {
            return 0;
        }

        var run = await call.Client.FindAsync<RunDetailWire>($"{call.Project}/runs/{Address.Part(result.RunId)}", cancellationToken);
        var more = run?.Attempts.Any(a => a.HasLog) == true
            ? $" More: intuned platform attempts log {result.RunId} -p {call.ProjectName}"
            : string.Empty;
        Output.Fail(Words.Why($"Run {result.RunId}", result.Status, result.Error, result.Reason) + more);
        return 1;
    }

    public static Task<RunResultWire> WaitAsync(Call call, string runId, TimeSpan? limit, CancellationToken cancellationToken) =>
        new Waiting($"Run {runId}", Words.LookAtRun(call, runId)).ForAsync<RunResultWire>(
            call.Client, $"{call.Project}/run/{Address.Part(runId)}/result", r => r.Status, r => r.IsFinal, limit, cancellationToken);

    private static async Task ListAsync(Call call, CancellationToken cancellationToken)
    {
        var filters = Filter.Read(call, FilterFields).Select(f => f.Field == "status" ? f with { Value = StatusWords(f.Value) } : f).ToList();
        var runs = await AllAsync(call, filters, cancellationToken)
            .Where(run => filters.All(f => f.Matches(ValueOf(run, f.Field))))
            .Skip(call.Get(CommonOptions.Offset))
            .Take(call.Get(CommonOptions.Limit))
            .ToListAsync(cancellationToken);
        call.Output.Write(runs.Select(RunView.Item), () => Output.Table(
            ["id", "status", "run", "session", "started", "duration", "why"],
            runs.Select(r => new[]
            {
                r.RunId, Words.Upper(r.Status), r.ApiName ?? r.Type, r.AuthSessionId, Words.Time(r.StartedAt), Words.Duration(r.DurationMs),
                r.Error?.Code ?? r.Reason?.Type,
            }),
            "There is no such Run."));
    }

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var id = Address.Part(call.Get(RunId));
        var run = await call.Client.GetAsync<RunDetailWire>($"{call.Project}/runs/{id}", cancellationToken);
        var result = await call.Client.GetAsync<RunResultWire>($"{call.Project}/run/{id}/result", cancellationToken);
        call.Output.Write(RunView.Detail(run, result), () =>
        {
            Output.Facts(
                ("Run", run.RunId),
                ("Status", Words.Upper(run.Status)),
                ("Type", run.Type),
                ("API", run.ApiName),
                ("AuthSession", run.AuthSessionId),
                ("JobRun", run.JobRunId),
                ("Created", Words.Time(run.CreatedAt)),
                ("Started", Words.Time(run.StartedAt)),
                ("Duration", Words.Duration(run.DurationMs)),
                ("Waits for a person", Words.Time(run.WaitsForPersonSince)),
                ("Attempts", run.Attempts.Count.ToString(CultureInfo.InvariantCulture)),
                ("Why", Words.Sentence(run.Error, run.Reason)),
                ("Parameters", run.Parameters?.ToJsonString()));
            if (run.Status == "completed")
            {
                Console.WriteLine();
                Console.WriteLine(Output.Indent(result.Result));
            }
        });
    }

    private static async Task<int> StartAsync(Call call, CancellationToken cancellationToken)
    {
        var data = await JsonInput.ReadObjectAsync(call.Get(Data), "<data>", cancellationToken);
        var limit = CommonOptions.ReadWait(call);
        var started = await call.Client.SendAsync<RunStartedWire>(HttpMethod.Post, $"{call.Project}/run/start", data, cancellationToken);
        if (limit is null)
        {
            call.Output.Write(StateJson(started), () =>
            {
                Console.WriteLine($"Run {started.RunId} is {started.Status}.");
                Output.Note($"See: {Words.LookAtRun(call, started.RunId)}");
            });
            return 0;
        }

        var result = await WaitAsync(call, started.RunId, limit, cancellationToken);
        return await FinishAsync(call, result, r => Console.WriteLine(r.Status == "completed" ? Output.Indent(r.Result) : Words.Upper(r.Status)), cancellationToken);
    }

    private static async Task CancelAsync(Call call, CancellationToken cancellationToken)
    {
        var canceled = await call.Client.SendAsync<RunStartedWire>(
            HttpMethod.Post, $"{call.Project}/runs/{Address.Part(call.Get(RunId))}/cancel", body: null, cancellationToken);
        call.Output.Write(StateJson(canceled), () => Console.WriteLine($"Run {canceled.RunId} is {canceled.Status}."));
    }

    /// <summary>Leaves to the server what it can filter; everything is compared here once more.</summary>
    private static async IAsyncEnumerable<RunSummaryWire> AllAsync(
        Call call, IReadOnlyList<Filter> filters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = (string?)null;
        do
        {
            var page = await call.Client.GetAsync<RunListWire>(
                Address.WithQuery(
                    $"{call.Project}/runs",
                    ("status", Asked("status")),
                    ("type", Asked("run_type")),
                    ("apiName", Asked("api_name")),
                    ("jobId", Asked("job_id")),
                    ("jobRunId", Asked("job_run_id")),
                    ("pageSize", Math.Min(PageSize, call.Get(CommonOptions.Limit) + call.Get(CommonOptions.Offset)).ToString(CultureInfo.InvariantCulture)),
                    ("cursor", cursor)),
                cancellationToken);
            foreach (var run in page.Runs)
            {
                yield return run;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);

        // The server takes alternatives only of its enumerations.
        string? Asked(string field) => filters.FirstOrDefault(f =>
            f.Field == field && f.Operator == '=' && (f.Alternatives.Length == 1 || field is "status" or "run_type"))?.Value;
    }

    private static object? ValueOf(RunSummaryWire run, string field) => field switch
    {
        "status" => run.Status,
        "api_name" => run.ApiName,
        "id" => run.RunId,
        "run_duration" => run.DurationMs,
        "started_at" => run.StartedAt,
        "run_type" => run.Type,
        "job_id" => run.JobId,
        _ => run.JobRunId,
    };

    private static JsonObject StateJson(RunStartedWire run) => new() { ["runId"] = run.RunId, ["status"] = Words.Upper(run.Status) };

    /// <summary>Other words that are in use for the same states.</summary>
    private static string StatusWords(string value) => string.Join(',', value.Split(',').Select(word => word.Trim().ToUpperInvariant() switch
    {
        "SUCCEEDED" or "SUCCESS" => "completed",
        "CANCELLED" => "canceled",
        "RUNNING" => "started",
        _ => word.Trim(),
    }));
}
