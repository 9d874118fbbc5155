using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Runs.Scheduling;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>
/// Puts in order what nodes left behind that are gone: their attempts end as crashed, their locks are freed and their Runs become free to
/// go on with their next attempt. Several nodes may do this at once: each Run is taken over by one of them.
/// </summary>
public sealed class RunRecovery(
    IDbContextFactory<AppDbContext> contexts,
    RunStore store,
    AuthSessionStore sessions,
    HumanRequestStore people,
    RunScheduler scheduler,
    RunCancellations running,
    RunExecutor executor,
    ThisNode node,
    TimeProvider clock,
    ILogger<RunRecovery> logger) : INodeHeir, INodeWork
{
    private const string Sentence = "The server stopped while this was running.";

    /// <summary>A session is locked before its Run is written; on another node that takes a moment.</summary>
    private static readonly TimeSpan Unwritten = TimeSpan.FromMinutes(1);

    /// <summary>What this node held but did not execute at the last look, with the claim.</summary>
    private HashSet<(string Id, string? Claim)> _idle = [];

    /// <summary>Run it before the scheduler starts.</summary>
    public async Task RecoverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var interrupted = await ReadAsync(gone, cancellationToken);
        var (taken, freed) = (0, 0);
        foreach (var run in interrupted)
        {
            if (!await store.AdoptAsync(run, cancellationToken))
            {
                continue;
            }

            taken++;
            await people.EndAbandonedAsync(run, cancellationToken);
            await store.CloseAttemptsAsync(run, Sentence);

            // Before the Run is free: whoever takes it next may lock the session in its name.
            freed += await sessions.ReleaseAllLocksAsync([run.Id], cancellationToken);
            if (run.DependencyOfRunId is not null)
            {
                await store.FailAsync(run, RunErrors.Of(RunErrorCodes.ScriptProcessCrashed, Sentence));
            }
            else
            {
                await store.ReleaseAsync(run);
            }
        }

        foreach (var session in await ReadForsakenAsync(gone, cancellationToken))
        {
            await sessions.AbandonLoginAsync(session.Key, session.LockedByRunId!, "The server stopped before the login began.");
            freed++;
        }

        if (taken > 0 || freed > 0)
        {
            logger.Recovered(taken, freed);
        }
    }

    /// <summary>While everything runs, a Run that became free also needs a place in the queue; those of JobRuns are found without.</summary>
    public async Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        await RecoverAsync(gone, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var free = await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && r.ClaimToken == null && r.NodeId != null && r.DependencyOfRunId == null && r.JobRunId == null)
            .Select(r => new { r.Id, r.Priority })
            .ToListAsync(cancellationToken);
        foreach (var run in free)
        {
            await scheduler.EnqueueAsync(run.Id, run.Priority, cancellationToken);
        }
    }

    public void Yield() => running.YieldAll();

    /// <summary>Hands back what this node holds and nobody executes, because the database went away at a bad moment. Found twice in a row, so
    /// that nothing is meant that is just being begun or ended.</summary>
    public async Task HandBackIdleAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var held = await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && r.ClaimToken != null && r.NodeId == node.Id && r.DependencyOfRunId == null)
            .ToListAsync(cancellationToken);
        var idle = held.Where(r => !running.IsRunning(r.Id)).ToList();
        foreach (var run in idle.Where(r => _idle.Contains((r.Id, r.ClaimToken))))
        {
            try
            {
                await executor.HandBackAsync(run, Sentence);
            }
            catch (ClaimLostException)
            {
                // It has ended after all.
            }
        }

        _idle = [.. idle.Select(r => (r.Id, r.ClaimToken))];
    }

    public async Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>()
            .Where(r => r.FinishedAt == null && r.ClaimToken != null && r.NodeId != null && r.DependencyOfRunId == null)
            .GroupBy(r => r.NodeId!)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
    }

    /// <summary>Sessions that were locked for a Run which the server did not get to write, or which has ended.</summary>
    private async Task<List<AuthSession>> ReadForsakenAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var (all, before) = (gone.IsEverybodyElse, clock.GetUtcNow() - Unwritten);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking()
            .Where(s => s.LockedByRunId != null && (all || s.LockedAt < before)
                && !db.Set<Run>().Any(r => r.Id == s.LockedByRunId && r.FinishedAt == null))
            .ToListAsync(cancellationToken);
    }

    private async Task<List<Run>> ReadAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var (ids, all) = (gone.Ids, gone.IsEverybodyElse);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // A Validate Run that was inserted but not yet claimed belongs to its parent's interrupted attempt as well.
        return await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && (r.ClaimToken != null || r.DependencyOfRunId != null)
                && (r.NodeId == null || ids.Contains(r.NodeId) || (all && r.NodeId != node.Id)))
            .OrderBy(r => r.Seq)
            .ToListAsync(cancellationToken);
    }
}
