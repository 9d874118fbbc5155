using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.AuthSessions;

/// <summary>What is written of kept browser states.</summary>
public sealed partial class AuthSessionStore
{
    /// <summary>Keeps a captured state as a candidate; it serves no Run until <see cref="PromoteAsync"/>.</summary>
    /// <returns>Its version.</returns>
    public async Task<int> AddCandidateAsync(
        AuthSession session, string runId, string stateJson, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        var state = versions.New(session.Key, await StateVersions.NextAsync(db, session.Key, cancellationToken), runId, stateJson, promotedAt: null);
        db.Add(state);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return state.Version;
    }

    /// <summary>
    /// Makes a proven state the session's next version, unless the session has got another one since it was read or somebody holds it:
    /// their login counts more than what a Run left behind.
    /// </summary>
    /// <param name="session">As it was when the Run started with its state.</param>
    /// <returns>Whether it was kept.</returns>
    public async Task<bool> TryKeepAsync(AuthSession session, string runId, string stateJson, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(fence, cancellationToken);
        var unchanged = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.StateVersion == session.StateVersion && s.LockedByRunId == null
                && s.Status == AuthSessionStatus.Ready)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.LastValidatedAt, now).SetProperty(s => s.UpdatedAt, now), cancellationToken);
        if (unchanged == 0)
        {
            return false;
        }

        var version = await StateVersions.NextAsync(db, session.Key, cancellationToken);
        db.Add(versions.New(session.Key, version, runId, stateJson, promotedAt: now));
        await db.SaveChangesAsync(cancellationToken);
        await db.Set<AuthSession>().Where(s => s.Key == session.Key)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.StateVersion, version), cancellationToken);
        await versions.DropOldAsync(db, session.Key, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
        return true;
    }

    /// <summary>The candidate's check passed: it becomes the session's state, and old versions go.</summary>
    public async Task PromoteAsync(AuthSession session, string runId, int version, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(fence, cancellationToken);
        await db.Set<AuthSessionState>()
            .Where(s => s.SessionKey == session.Key && s.Version == version)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.PromotedAt, now), cancellationToken);
        await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.StateVersion, version)
                    .SetProperty(s => s.UnprovenLogins, 0)
                    .SetProperty(s => s.Status, AuthSessionStatus.Ready)
                    .SetProperty(s => s.StatusSince, now)
                    .SetProperty(s => s.StatusReason, (string?)null)
                    .SetProperty(s => s.StatusRunId, runId)
                    .SetProperty(s => s.UpdatedAt, now)
                    .SetProperty(s => s.LastValidatedAt, now)
                    .SetProperty(s => s.LastRecreatedAt, now),
                cancellationToken);
        await versions.DropOldAsync(db, session.Key, cancellationToken);
        await attention.SettleAsync(db, NeedKind.SessionNeedsAttention, SubjectOf(session.Key), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await history.AddAsync(session.Key, AuthSessionEventKind.LoggedIn, runId, message: null, cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }

    /// <summary>Makes a kept, proved state the current one again.</summary>
    /// <returns>False when somebody holds the session or the version is not there.</returns>
    public async Task<bool> TryRestoreAsync(AuthSession session, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var restored = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.LockedByRunId == null
                && db.Set<AuthSessionState>().Any(v => v.SessionKey == session.Key && v.Version == version && v.PromotedAt != null))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.StateVersion, version), cancellationToken);
        if (restored == 1)
        {
            await history.AddAsync(session.Key, AuthSessionEventKind.Restored, runId: null, $"Version {version}.", cancellationToken);
        }

        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
        return restored == 1;
    }

    /// <summary>Forgets every kept state.</summary>
    /// <returns>False when somebody holds the session.</returns>
    public async Task<bool> TryClearAsync(AuthSession session, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var cleared = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.LockedByRunId == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.StateVersion, 0)
                    .SetProperty(s => s.Status, AuthSessionStatus.Expired)
                    .SetProperty(s => s.StatusSince, now)
                    .SetProperty(s => s.StatusReason, reason)
                    .SetProperty(s => s.StatusRunId, (string?)null),
                cancellationToken);
        if (cleared == 1)
        {
            await db.Set<AuthSessionState>().Where(s => s.SessionKey == session.Key).ExecuteDeleteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (cleared == 1)
        {
            await history.AddAsync(session.Key, AuthSessionEventKind.Expired, runId: null, reason, cancellationToken);
        }

        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
        return cleared == 1;
    }
}
