using IntunedDashboard.Runs.People;

namespace IntunedDashboard.Runs.Pages;

/// <summary>What the Run page reads at once: the Run, the Validate Runs of its attempts, and the last log lines of what failed.</summary>
public sealed record RunReading(RunDetail Run, IReadOnlyDictionary<string, RunDetail> Validations, RunLogChunk? LastLines)
{
    private const int MostLastLines = 8;

    /// <summary>The Run whose failure is the reason: the failed Validate Run of a canceled API Run, else the Run itself.</summary>
    public RunDetail Cause => CauseOf(Run, Validations);

    /// <summary>What this Run, or the Validate Run that it needs, asks of a person.</summary>
    public HumanRequestView? HumanRequest => Run.HumanRequest ?? Validations.Values.Select(v => v.HumanRequest).FirstOrDefault(r => r is not null);

    public bool HasFailure => Run.Row.Status is RunStatus.Failed or RunStatus.Canceled;

    /// <returns>Null when the project has no such Run.</returns>
    public static async Task<RunReading?> ReadAsync(IRunQueries runs, Guid projectId, string runId, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(projectId, runId, cancellationToken);
        if (run is null)
        {
            return null;
        }

        var validations = new Dictionary<string, RunDetail>(StringComparer.Ordinal);
        foreach (var id in run.Attempts.Select(a => a.ValidateRunId).OfType<string>())
        {
            if (await runs.FindAsync(projectId, id, cancellationToken) is { } validation)
            {
                validations[id] = validation;
            }
        }

        var lines = run.Row.Status is RunStatus.Failed or RunStatus.Canceled
            ? await ReadLastLinesAsync(runs, projectId, CauseOf(run, validations), cancellationToken)
            : null;
        return new RunReading(run, validations, lines);
    }

    private static RunDetail CauseOf(RunDetail run, IReadOnlyDictionary<string, RunDetail> validations) =>
        run.Row.Status == RunStatus.Canceled
        && run.Attempts is [.., { ValidateRunId: { } id }]
        && validations.TryGetValue(id, out var validation)
        && validation.Row.Status == RunStatus.Failed
            ? validation
            : run;

    private static async Task<RunLogChunk?> ReadLastLinesAsync(
        IRunQueries runs, Guid projectId, RunDetail cause, CancellationToken cancellationToken)
    {
        if (cause.Attempts.LastOrDefault(a => a.HasLog) is not { } attempt)
        {
            return null;
        }

        var last = new Queue<RunLogLine>();
        var after = 0;
        while (true)
        {
            var batch = await runs.ReadLogAsync(projectId, cause.Row.Id, attempt.Number, after, 1000, cancellationToken);
            foreach (var line in batch)
            {
                last.Enqueue(line);
                if (last.Count > MostLastLines)
                {
                    last.Dequeue();
                }
            }

            if (batch.Count < 1000)
            {
                break;
            }

            after = batch[^1].Seq;
        }

        var chunk = new RunLogChunk();
        foreach (var line in last)
        {
            chunk.Add(line);
        }

        return chunk.Lines.Count == 0 ? null : chunk;
    }
}
