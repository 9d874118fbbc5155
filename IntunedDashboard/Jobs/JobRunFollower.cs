using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// Moves a JobRun on when one of its Runs ends: counts the item, adds what it asked for with <c>extendPayload</c>, lets an item whose
/// login was lost come again, and ends or pauses the JobRun. All in the transaction that ends the Run.
/// </summary>
public sealed class JobRunFollower(JobRunMoves moves, JobWake wake, ILiveSignals signals, TimeProvider clock) : IRunFollower
{
    /// <summary>Runs in a row that failed inside the platform, after which the JobRun gives up.</summary>
    private const int MostPlatformFailures = 3;

    public async Task<Func<Task>?> EndAsync(AppDbContext db, RunEnding ending)
    {
        var run = ending.Run;
        if (run.JobRunId is null || run.DependencyOfRunId is not null)
        {
            return null;
        }

        if (run.Type == RunType.Api)
        {
            await EndItemAsync(db, ending);
        }
        else
        {
            await EndValidationAsync(db, ending);
        }

        return () =>
        {
            wake.Wake();
            signals.Publish(LiveTopics.JobRun(run.JobRunId));
            signals.Publish(LiveTopics.Jobs(run.ProjectId));
            return Task.CompletedTask;
        };
    }

    private async Task EndItemAsync(AppDbContext db, RunEnding ending)
    {
        var item = await db.Set<JobRunItem>().AsNoTracking()
            .Where(i => i.RunId == ending.Run.Id && i.Status == JobRunItemStatus.Running)
            .Select(i => new { i.JobRunSeq, i.Position })
            .FirstOrDefaultAsync();
        if (item is null)
        {
            // The Job was deleted meanwhile.
            return;
        }

        if (ending.ReasonType == RunReasons.JobRunPaused)
        {
            await TakeBackAsync(db, item.JobRunSeq, item.Position, ending);
            return;
        }

        var extended = ReadExtended(ending.ExtendedPayloadsJson);
        var jobRun = await CountAsync(db, item.JobRunSeq, ending, extended.Count);
        var status = ending.Status switch
        {
            RunStatus.Completed => JobRunItemStatus.Succeeded,
            RunStatus.Failed => JobRunItemStatus.Failed,
            _ => JobRunItemStatus.Canceled,
        };
        var order = jobRun.SucceededCount + jobRun.FailedCount + jobRun.CanceledCount;
        await db.Set<JobRunItem>()
            .Where(i => i.JobRunSeq == item.JobRunSeq && i.Position == item.Position)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Status, status).SetProperty(i => i.EndedOrder, order));
        var position = jobRun.PayloadCount - extended.Count;
        foreach (var (api, parameters) in extended)
        {
            db.Add(new JobRunItem { JobRunSeq = jobRun.Seq, Position = position++, ApiName = api, ParametersJson = parameters });
        }

        await db.SaveChangesAsync();
        if (jobRun.PlatformFailures >= MostPlatformFailures && jobRun.EndedAt is null)
        {
            await moves.FailAsync(db, jobRun, ending.Message!, ending.Error!.CorrelationId, CancellationToken.None);
        }
        else if (jobRun.PayloadCount == order || jobRun.Status == JobRunStatus.Pausing)
        {
            await moves.SettleAsync(db, jobRun.Seq, CancellationToken.None);
        }
    }

    /// <returns>The JobRun with the item counted.</returns>
    private async Task<JobRun> CountAsync(AppDbContext db, long seq, RunEnding ending, int added)
    {
        var now = clock.GetUtcNow();
        var (succeeded, failed) = (ending.Status == RunStatus.Completed ? 1 : 0, ending.Status == RunStatus.Failed ? 1 : 0);
        var canceled = 1 - succeeded - failed;
        var isPlatforms = ending.Error?.Code == RunErrorCodes.InternalServerError;
        await db.Set<JobRun>().Where(r => r.Seq == seq).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.RunningCount, r => r.RunningCount - 1)
            .SetProperty(r => r.SucceededCount, r => r.SucceededCount + succeeded)
            .SetProperty(r => r.FailedCount, r => r.FailedCount + failed)
            .SetProperty(r => r.CanceledCount, r => r.CanceledCount + canceled)
            .SetProperty(r => r.PayloadCount, r => r.PayloadCount + added)
            .SetProperty(r => r.FruitlessValidations, 0)
            .SetProperty(r => r.PlatformFailures, r => isPlatforms ? r.PlatformFailures + 1 : 0)
            .SetProperty(r => r.UpdatedAt, now));
        return await JobRunMoves.ReadAsync(db, seq, CancellationToken.None);
    }

    /// <summary>The Run found the login lost: its item waits again, and the JobRun looks after the login once for all.</summary>
    private async Task TakeBackAsync(AppDbContext db, long seq, int position, RunEnding ending)
    {
        var now = clock.GetUtcNow();
        var failed = await db.Set<Attempt>().CountAsync(a => a.RunId == ending.Run.Id && a.Status == AttemptStatus.Failed);
        await db.Set<JobRun>().Where(r => r.Seq == seq).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.RunningCount, r => r.RunningCount - 1).SetProperty(r => r.UpdatedAt, now));
        await db.Set<JobRunItem>()
            .Where(i => i.JobRunSeq == seq && i.Position == position)
            .ExecuteUpdateAsync(set => set
                .SetProperty(i => i.Status, JobRunItemStatus.Waiting)
                .SetProperty(i => i.RunId, (string?)null)
                .SetProperty(i => i.FailedAttempts, i => i.FailedAttempts + failed));
        await moves.RevalidateAsync(db, await JobRunMoves.ReadAsync(db, seq, CancellationToken.None), ending.Message!, CancellationToken.None);
        await moves.SettleAsync(db, seq, CancellationToken.None);
    }

    private async Task EndValidationAsync(AppDbContext db, RunEnding ending)
    {
        var now = clock.GetUtcNow();
        var runId = ending.Run.Id;
        var ended = await db.Set<JobRun>().Where(r => r.ValidationRunId == runId && r.Id == ending.Run.JobRunId).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.ValidationRunId, (string?)null).SetProperty(r => r.UpdatedAt, now));
        if (ended == 0)
        {
            return;
        }

        var jobRun = await db.Set<JobRun>().AsNoTracking().FirstAsync(r => r.Id == ending.Run.JobRunId);
        if (ending.Status == RunStatus.Completed)
        {
            await GoOnAsync(db, jobRun);
        }
        else if (!jobRun.WasValidated && ending.Error?.Code == RunErrorCodes.InternalServerError)
        {
            await moves.FailAsync(db, jobRun, ending.Message!, ending.Error.CorrelationId, CancellationToken.None);
        }
        else if (!jobRun.WasValidated)
        {
            await moves.EndAsync(
                db, jobRun, JobRunStatus.Canceled, JobRunReasons.ValidateDependencyFailed, ending.Message, CancellationToken.None);
        }
        else
        {
            await moves.PauseAsync(db, jobRun, JobRunReasons.AuthSessionInvalidMidJob, ending.Message!, CancellationToken.None);
        }
    }

    /// <summary>The login holds: a start or a resume goes on, a pause that waited for the validation is complete.</summary>
    private async Task GoOnAsync(AppDbContext db, JobRun jobRun)
    {
        var resumed = jobRun.Status == JobRunStatus.Resuming;
        var now = clock.GetUtcNow();
        await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Status, r => resumed ? JobRunStatus.Pending : r.Status)
            .SetProperty(r => r.Stage, JobRunStage.Dispatching)
            .SetProperty(r => r.ResumedAt, r => resumed ? now : r.ResumedAt)
            .SetProperty(r => r.WasValidated, true));
        await moves.SettleAsync(db, jobRun.Seq, CancellationToken.None);
    }

    private static List<(string Api, string Parameters)> ReadExtended(string? json)
    {
        if (json is null)
        {
            return [];
        }

        return [.. JsonElement.Parse(json).EnumerateArray().Select(p => (p.GetProperty("api").GetString()!, p.GetProperty("parameters").GetRawText()))];
    }
}
