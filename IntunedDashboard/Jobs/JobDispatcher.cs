using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Scheduling;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// Gives this node's free browser slots to JobRuns in turn. Persons and API Runs wait with higher priorities, so they go first. The
/// database is the queue: an item and its Run are written together, so no dispatch can be lost, and a Run that a dead node left
/// behind is found here again.
/// </summary>
public sealed class JobDispatcher(
    IDbContextFactory<AppDbContext> contexts,
    JobRunStore jobRuns,
    RunStore runs,
    RunExecutor executor,
    RunCancellations cancellations,
    BrowserSlots slots,
    JobWake wake,
    ThisNode node,
    TimeProvider clock,
    ILogger<JobDispatcher> logger) : BackgroundService
{
    /// <summary>How long at most something that another process has changed is not noticed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>How long items are dispatched one after the other before it is looked whether something else waits, too.</summary>
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(500);

    /// <summary>When each active JobRun had its last turn.</summary>
    private readonly Dictionary<long, long> _turns = [];
    private long _turn;

    /// <summary>The JobRuns that dispatched at the last look, and when that was.</summary>
    private IReadOnlyList<long> _active = [];
    private long _looked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Starting must not wait for the first look.
            await Task.Yield();
            while (!stoppingToken.IsCancellationRequested)
            {
                if (node.IsDraining || !await DispatchAsync(stoppingToken))
                {
                    await wake.WaitAsync(LookAgain, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Runs that execute are stopped with all others.
        }
    }

    /// <summary>Waits for a slot and starts one Run in it.</summary>
    /// <returns>False when there is nothing to start.</returns>
    private async Task<bool> DispatchAsync(CancellationToken stoppingToken)
    {
        var slot = await slots.TakeAsync(RunPriority.Job, stoppingToken);
        ClaimedRun? next = null;
        try
        {
            next = await FindAsync(stoppingToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.DispatchFailed(fault);
            slot.Dispose();
            await Task.Delay(LookAgain, clock, stoppingToken);
            return true;
        }
        finally
        {
            if (next is null)
            {
                slot.Dispose();
            }
        }

        if (next is null)
        {
            return false;
        }

        _ = ExecuteAsync(next, slot);
        return true;
    }

    private async Task ExecuteAsync(ClaimedRun claimed, IDisposable slot)
    {
        try
        {
            await executor.ExecuteAsync(claimed, cancellations.Stopping);
        }
        catch (Exception fault)
        {
            // The executor ends a Run whatever happens to it; this is about the database itself.
            logger.DispatchFailed(fault);
        }
        finally
        {
            slot.Dispose();
            wake.WakeHere();
        }
    }

    /// <summary>While items keep coming, the database is not asked for each of them what else there is.</summary>
    private async Task<ClaimedRun?> FindAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_looked) < LookAround && await TakeItemAsync(cancellationToken) is { } item)
        {
            return item;
        }

        if (await FindUnclaimedAsync(cancellationToken) is { } unclaimed)
        {
            return unclaimed;
        }

        _active = await FindDispatchingAsync(cancellationToken);
        _looked = clock.GetTimestamp();
        foreach (var gone in _turns.Keys.Except(_active).ToList())
        {
            _turns.Remove(gone);
        }

        return await TakeItemAsync(cancellationToken);
    }

    /// <summary>Job-level Validate Runs, and Runs whose executor gave them back or died.</summary>
    private async Task<ClaimedRun?> FindUnclaimedAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && r.ClaimToken == null && r.DependencyOfRunId == null && r.JobRunId != null
                && (r.Status == RunStatus.Pending || r.Status == RunStatus.Started))
            .OrderBy(r => r.Seq)
            .Select(r => new
            {
                Run = r,
                IsWanted = db.Set<JobRun>().Any(j => j.Id == r.JobRunId && (j.EndedAt == null || j.Status == JobRunStatus.Failure)),
            })
            .Take(16)
            .ToListAsync(cancellationToken);
        foreach (var found in waiting)
        {
            if (!found.IsWanted)
            {
                await runs.TryCancelPendingAsync(
                    found.Run, RunReasons.JobRunTerminated, RunReasons.SentenceOf(RunReasons.JobRunTerminated), cancellationToken);
            }
            else if (await runs.TryClaimAsync(found.Run.Id, cancellationToken) is { } claimed)
            {
                return claimed;
            }
        }

        return null;
    }

    private async Task<ClaimedRun?> TakeItemAsync(CancellationToken cancellationToken)
    {
        foreach (var seq in _active.OrderBy(seq => _turns.GetValueOrDefault(seq)))
        {
            if (await jobRuns.TryDispatchAsync(seq, cancellationToken) is { } claimed)
            {
                _turns[seq] = ++_turn;
                return claimed;
            }
        }

        // Nothing of them is to be had: the next look begins with the query that leaves such JobRuns out.
        _active = [];
        return null;
    }

    private async Task<List<long>> FindDispatchingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<JobRun>()
            .Where(r => r.EndedAt == null && r.Status == JobRunStatus.Pending && r.Stage == JobRunStage.Dispatching
                && (r.MaxConcurrent == null || r.RunningCount < r.MaxConcurrent)
                && r.PayloadCount > r.SucceededCount + r.FailedCount + r.CanceledCount + r.RunningCount)
            .Select(r => r.Seq)
            .ToListAsync(cancellationToken);
    }
}
