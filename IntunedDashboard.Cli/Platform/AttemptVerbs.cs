using System.CommandLine;
using System.Globalization;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform attempts</c></summary>
internal static class AttemptVerbs
{
    private static readonly Argument<string> RunId = new("run-id") { Description = "The id of the Run." };

    private static readonly Argument<int?> Number = new("attempt-number")
    {
        Description = "Which attempt, from 1. [default: the latest]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Verb Create() => new("attempts", "Attempts of a Run, with their logs and Playwright traces.")
    {
        new Verb("get", "Shows one attempt.", "intuned platform attempts get AbCdEfGhIjKlMnOpQrStU 1 --json") { RunId, Number }.Does(GetAsync),
        new Verb(
            "log",
            "Saves the log as log_RUN_NUMBER.jsonl, one JSON object a line.",
            "intuned platform attempts log AbCdEfGhIjKlMnOpQrStU",
            "intuned platform attempts log AbCdEfGhIjKlMnOpQrStU 2 -o - | jq -r .message")
        {
            RunId, Number, CommonOptions.OutputFile,
        }.Does((call, cancellationToken) => SaveAsync(call, "log", "jsonl", a => a.HasLog, cancellationToken)),
        new Verb(
            "trace",
            "Saves the Playwright trace as trace_RUN_NUMBER.zip.",
            "intuned platform attempts trace AbCdEfGhIjKlMnOpQrStU -o trace.zip")
        {
            RunId, Number, CommonOptions.OutputFile,
        }.Does((call, cancellationToken) => SaveAsync(call, "trace", "zip", a => a.HasTrace, cancellationToken)),
    };

    public static async Task DownloadAsync(
        Call call, string runId, int number, string what, string file, CancellationToken cancellationToken) =>
        await call.Client.DownloadAsync(
            string.Create(CultureInfo.InvariantCulture, $"{call.Project}/runs/{Address.Part(runId)}/attempts/{number}/{what}"), file, cancellationToken);

    public static string FileName(string what, string runId, int number, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}_{runId}_{number}.{extension}");

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var attempt = await FindAsync(call, cancellationToken);
        call.Output.Write(RunView.Attempt(call.Get(RunId), attempt), () => Output.Facts(
            ("Run", call.Get(RunId)),
            ("Attempt", attempt.Number.ToString(CultureInfo.InvariantCulture)),
            ("Kind", attempt.Kind),
            ("Status", Words.Upper(attempt.Status)),
            ("Validated by", attempt.ValidateRunId),
            ("Started", Words.Time(attempt.StartedAt)),
            ("Duration", Words.Duration(attempt.DurationMs)),
            ("Why", Words.Sentence(attempt.Error, reason: null)),
            ("Log", attempt.HasLog ? "yes" : "none"),
            ("Trace", attempt.HasTrace ? "yes" : "none")));
    }

    private static async Task SaveAsync(
        Call call, string what, string extension, Func<AttemptWire, bool> has, CancellationToken cancellationToken)
    {
        var attempt = await FindAsync(call, cancellationToken);
        var runId = call.Get(RunId);
        if (!has(attempt))
        {
            throw new CliException($"Attempt {attempt.Number} of Run {runId} has no {what}.");
        }

        var file = call.Get(CommonOptions.OutputFile) ?? FileName(what, runId, attempt.Number, extension);
        await DownloadAsync(call, runId, attempt.Number, what, file, cancellationToken);
        if (file != "-")
        {
            call.Output.Write(new { RunId = runId, attempt.Number, File = file }, () => Console.WriteLine(file));
        }
    }

    private static async Task<AttemptWire> FindAsync(Call call, CancellationToken cancellationToken)
    {
        var runId = call.Get(RunId);
        var run = await call.Client.GetAsync<RunDetailWire>($"{call.Project}/runs/{Address.Part(runId)}", cancellationToken);
        var number = call.Get(Number);
        return run.Attempts.LastOrDefault(a => number is null || a.Number == number)
            ?? throw new CliException(number is null ? $"Run {runId} has no attempt yet." : $"Run {runId} has no attempt {number}.");
    }
}
