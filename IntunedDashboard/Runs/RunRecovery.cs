using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Runs.People;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>
/// Puts in order what a server that died left behind: its attempts end as crashed, its locks are freed and its Runs become free to
/// go on with their next attempt. Run it before the scheduler starts.
/// </summary>
public sealed class RunRecovery(
    IDbContextFactory<AppDbContext> contexts, RunStore store, AuthSessionStore sessions, HumanRequestStore people, ILogger<RunRecovery> logger)
{
    private const string Sentence = "The server stopped while this was running.";

    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await people.EndAbandonedAsync(cancellationToken);
        var interrupted = await ReadAsync(cancellationToken);
        foreach (var run in interrupted)
        {
            await store.AdoptAsync(run, cancellationToken);
            await store.CloseAttemptsAsync(run, Sentence);
            if (run.DependencyOfRunId is not null)
            {
                await store.FailAsync(run, RunErrors.Of(RunErrorCodes.ScriptProcessCrashed, Sentence));
            }
            else
            {
                await store.ReleaseAsync(run);
            }
        }

        var freed = await sessions.ReleaseAllLocksAsync(interrupted.Select(r => r.Id).ToList(), cancellationToken);
        foreach (var session in await ReadForsakenAsync(cancellationToken))
        {
            await sessions.AbandonLoginAsync(session.Key, session.LockedByRunId!, "The server stopped before the login began.");
            freed++;
        }

        if (interrupted.Count > 0 || freed > 0)
        {
            logger.Recovered(interrupted.Count, freed);
        }
    }

    /// <summary>Sessions that were locked for a Run which the server did not get to write, or which has ended.</summary>
    private async Task<List<AuthSession>> ReadForsakenAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking()
            .Where(s => s.LockedByRunId != null && !db.Set<Run>().Any(r => r.Id == s.LockedByRunId && r.FinishedAt == null))
            .ToListAsync(cancellationToken);
    }

    private async Task<List<Run>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // A Validate Run that was inserted but not yet claimed belongs to its parent's interrupted attempt as well.
        return await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && ((r.ClaimToken != null && r.ClaimToken != store.ClaimToken) || r.DependencyOfRunId != null))
            .ToListAsync(cancellationToken);
    }
}
