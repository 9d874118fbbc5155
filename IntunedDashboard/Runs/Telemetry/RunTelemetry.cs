using System.Diagnostics;
using System.Text.Json;
using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs.Telemetry;

/// <summary>
/// Tells whoever watches the installation of each Run that ends: the metrics at once, and one trace for each Run with its attempts, its
/// validations and their stages. The trace is made from what is stored about the Run, so it costs nothing while nobody listens.
/// </summary>
public sealed class RunTelemetry(RunMetrics metrics, IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IRunFollower
{
    public const string SourceName = "IntunedDashboard.Runs";

    private static readonly ActivitySource Source = new(SourceName);

    public Task<Func<Task>?> EndAsync(AppDbContext db, RunEnding ending) =>
        Task.FromResult<Func<Task>?>(() => TellAsync(ending));

    private async Task TellAsync(RunEnding ending)
    {
        var run = ending.Run;
        var finishedAt = run.FinishedAt ?? clock.GetUtcNow();
        metrics.Finished(ending, finishedAt);
        var isTraced = Source.HasListeners() && run is { DependencyOfRunId: null, StartedAt: not null };
        var isCounted = metrics.CountsRecreations && run is { Type: RunType.Validate, AttemptCount: > 1 };
        if (!isTraced && !isCounted)
        {
            return;
        }

        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        var attempts = await db.Set<Attempt>().AsNoTracking()
            .Where(a => a.RunId == run.Id || db.Set<Run>().Any(r => r.Id == a.RunId && r.DependencyOfRunId == run.Id))
            .OrderBy(a => a.CreatedAt)
            .ToListAsync(CancellationToken.None);
        if (isCounted)
        {
            foreach (var login in attempts.Where(a => a.RunId == run.Id && a.Kind == AttemptKind.Create))
            {
                metrics.Recreated(login.Status);
            }
        }

        if (isTraced)
        {
            Trace(ending, finishedAt, attempts);
        }
    }

    private static void Trace(RunEnding ending, DateTimeOffset finishedAt, List<Attempt> attempts)
    {
        var run = ending.Run;
        // A Run is a trace of its own, whatever request or trigger it happens to end in.
        Activity.Current = null;
        using var root = Source.StartActivity(
            run.ApiName is null ? RunWords.Of(run.Type) : $"{RunWords.Of(run.Type)} {run.ApiName}",
            ActivityKind.Internal,
            parentContext: default,
            [
                new("intuned.run.id", run.Id),
                new("intuned.run.outcome", RunWords.Of(ending.Status)),
                new("intuned.job_run.id", run.JobRunId),
                new("intuned.run.queue_wait", (run.StartedAt!.Value - run.CreatedAt).TotalSeconds),
            ],
            startTime: run.StartedAt.Value);
        if (root is null)
        {
            return;
        }

        foreach (var attempt in attempts.Where(a => a.FinishedAt is not null))
        {
            Trace(root.Context, attempt);
        }

        if (ending.Status != RunStatus.Completed)
        {
            root.SetStatus(ActivityStatusCode.Error, ending.Error?.Code ?? ending.ReasonType);
        }

        root.SetEndTime(finishedAt.UtcDateTime);
    }

    private static void Trace(ActivityContext parent, Attempt attempt)
    {
        using var span = Source.StartActivity(
            RunWords.Of(attempt.Kind),
            ActivityKind.Internal,
            parent,
            [new("intuned.run.id", attempt.RunId), new("intuned.attempt.number", attempt.Number), new("intuned.attempt.outcome", RunWords.Of(attempt.Status))],
            startTime: attempt.StartedAt ?? attempt.CreatedAt);
        if (span is null)
        {
            return;
        }

        foreach (var stage in JsonSerializer.Deserialize<List<AttemptStage>>(attempt.StagesJson, JsonSerializerOptions.Web) ?? [])
        {
            using var part = Source.StartActivity(stage.Stage, ActivityKind.Internal, span.Context, startTime: stage.StartedAt);
            part?.SetEndTime(stage.StartedAt.AddMilliseconds(stage.DurationMs).UtcDateTime);
        }

        if (attempt.Status == AttemptStatus.Failed)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.SetEndTime(attempt.FinishedAt!.Value.UtcDateTime);
    }
}
