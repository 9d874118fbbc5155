using System.Text.Json;
using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>What is written of attempts.</summary>
public sealed partial class RunStore
{
    /// <summary>Ends every attempt that is still open: as crashed with the sentence, or as canceled without one.</summary>
    public async Task CloseAttemptsAsync(Run run, string? error)
    {
        foreach (var attempt in (await GetAttemptsAsync(run.Id, CancellationToken.None)).Where(a => a.FinishedAt is null))
        {
            await FinishAttemptAsync(
                run,
                attempt,
                error is null ? AttemptStatus.Canceled : AttemptStatus.Failed,
                error is null ? null : RunErrors.Of(RunErrorCodes.ScriptProcessCrashed, error));
        }
    }

    /// <summary>Opens the next attempt of a Run.</summary>
    public async Task<Attempt> AddAttemptAsync(Run run, AttemptKind kind, bool started, string? validateRunId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var number = run.AttemptCount + 1;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await Held(db, run).ExecuteUpdateAsync(set => set.SetProperty(r => r.AttemptCount, number), cancellationToken) == 0)
        {
            throw new ClaimLostException(run.Id);
        }

        var attempt = new Attempt
        {
            RunId = run.Id,
            Number = number,
            Kind = kind,
            Status = started ? AttemptStatus.Started : AttemptStatus.Pending,
            ValidateRunId = validateRunId,
            CreatedAt = now,
            StartedAt = started ? now : null,
        };
        db.Add(attempt);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        run.AttemptCount = number;
        signals.PublishChange(run);
        return attempt;
    }

    public async Task StartAttemptAsync(Run run, Attempt attempt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        attempt.Status = AttemptStatus.Started;
        attempt.StartedAt = now;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await HoldAsync(db, run);
        await db.Set<Attempt>()
            .Where(a => a.RunId == run.Id && a.Number == attempt.Number && a.Status == AttemptStatus.Pending)
            .ExecuteUpdateAsync(
                set => set.SetProperty(a => a.Status, AttemptStatus.Started).SetProperty(a => a.StartedAt, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.PublishChange(run);
    }

    /// <summary>Ends an attempt. Not cancelled with the Run, or the attempt would look as if it still went on.</summary>
    public async Task FinishAttemptAsync(Run run, Attempt attempt, AttemptStatus status, RunErrorInfo? error)
    {
        End(attempt, status, clock.GetUtcNow(), error);
        if (error is not null)
        {
            logger.AttemptFailed(attempt.Number, run.Id, error.Code, error.CorrelationId);
        }

        await DatabasePatience.WriteAsync(
            async _ =>
            {
                await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
                await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
                await HoldAsync(db, run);
                await WriteEndAsync(db, attempt);
                await transaction.CommitAsync(CancellationToken.None);
                return true;
            },
            Patience,
            clock);
        signals.PublishChange(run);
    }

    public async Task<IReadOnlyList<Attempt>> GetAttemptsAsync(string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Attempt>().AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Number).ToListAsync(cancellationToken);
    }

    private static void End(Attempt attempt, AttemptStatus status, DateTimeOffset now, RunErrorInfo? error)
    {
        attempt.Status = status;
        attempt.FinishedAt = now;
        attempt.ErrorJson = error is null ? null : JsonSerializer.Serialize(error, JsonSerializerOptions.Web);
    }

    private static Task<int> WriteEndAsync(AppDbContext db, Attempt attempt) => db.Set<Attempt>()
        .Where(a => a.RunId == attempt.RunId && a.Number == attempt.Number && (a.Status == AttemptStatus.Pending || a.Status == AttemptStatus.Started))
        .ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Status, attempt.Status)
                .SetProperty(a => a.FinishedAt, attempt.FinishedAt)
                .SetProperty(a => a.ErrorJson, attempt.ErrorJson)
                .SetProperty(a => a.StagesJson, attempt.StagesJson)
                .SetProperty(a => a.HasTrace, attempt.HasTrace)
                .SetProperty(a => a.HasScreenshot, attempt.HasScreenshot)
                .SetProperty(a => a.HasLog, attempt.HasLog)
                .SetProperty(a => a.Browser, attempt.Browser),
            CancellationToken.None);
}
