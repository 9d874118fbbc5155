using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.AuthSessions;

/// <summary>What checks and logins find out about a session.</summary>
public sealed partial class AuthSessionStore
{
    /// <summary>Ends a Create or Update that did not come to a verdict: the session is EXPIRED and free. Nothing happens to one that did.</summary>
    /// <param name="isKnown">Whether a person ended it or waits for the answer, who need not be told.</param>
    public async Task AbandonLoginAsync(Guid key, string runId, string reason, bool isKnown = false, WriteFence? fence = null)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        if (await db.Set<AuthSession>().AsNoTracking().FirstOrDefaultAsync(s => s.Key == key, CancellationToken.None) is not { } session)
        {
            return;
        }

        if (session.StatusRunId == runId && session.Status == AuthSessionStatus.Pending)
        {
            await MarkExpiredAsync(session, runId, reason, isBeyondRepair: !isKnown, CancellationToken.None, fence);
        }

        await UnlockAsync(session, runId, fence);
    }

    /// <summary>A check passed with the current state: the session is READY.</summary>
    public async Task MarkValidAsync(AuthSession session, string runId, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(fence, cancellationToken);

        // Nearly every check finds the session as it left it, and writes no more than that.
        var still = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.Status == AuthSessionStatus.Ready)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastValidatedAt, now), cancellationToken);
        if (still == 0)
        {
            await db.Set<AuthSession>()
                .Where(s => s.Key == session.Key)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(s => s.LastValidatedAt, now)
                        .SetProperty(s => s.StatusSince, s => s.Status == AuthSessionStatus.Ready ? s.StatusSince : now)
                        .SetProperty(s => s.StatusRunId, s => s.Status == AuthSessionStatus.Ready ? s.StatusRunId : runId)
                        .SetProperty(s => s.StatusReason, (string?)null)
                        .SetProperty(s => s.Status, AuthSessionStatus.Ready),
                    cancellationToken);
            await attention.SettleAsync(db, NeedKind.SessionNeedsAttention, SubjectOf(session.Key), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }

    /// <summary>The login is lost. The stored state is kept: a later check may still pass.</summary>
    /// <param name="isBeyondRepair">Whether nothing that goes on logs in again by itself, so that people are told.</param>
    public async Task MarkExpiredAsync(
        AuthSession session, string runId, string reason, bool isBeyondRepair, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(fence, cancellationToken);
        var expired = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.StatusSince, s => s.Status == AuthSessionStatus.Expired ? s.StatusSince : now)
                    .SetProperty(s => s.StatusRunId, runId)
                    .SetProperty(s => s.StatusReason, reason)
                    .SetProperty(s => s.Status, AuthSessionStatus.Expired),
                cancellationToken);
        if (expired == 1 && isBeyondRepair)
        {
            var message = $"AuthSession {session.Id} is expired. {reason}";
            await attention.NeedAsync(
                db,
                new Need(NeedKind.SessionNeedsAttention, SubjectOf(session.Key), session.ProjectId, message) { AuthSessionId = session.Id, RunId = runId },
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        await history.AddAsync(session.Key, AuthSessionEventKind.Expired, runId, reason, cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }
}
