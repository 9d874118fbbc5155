using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.AuthSessions;

/// <summary>What logins by hand write beside what all logins write.</summary>
public sealed partial class AuthSessionStore
{
    /// <summary>Ends a login that nobody finished. A session that has ever been READY or EXPIRED stays as it was.</summary>
    /// <param name="by">Who had begun it.</param>
    /// <param name="runId">The Run that checked it last, or null.</param>
    public async Task AbandonLoginAsync(Guid key, string by, string reason, string? runId, CancellationToken cancellationToken)
    {
        await ExpireUnfinishedAsync((_, s) => s.Where(row => row.Key == key), reason, cancellationToken);
        try
        {
            await history.AddAsync(key, AuthSessionEventKind.LoginAbandoned, runId, $"{by}: {reason}", cancellationToken);
        }
        catch (DbUpdateException)
        {
            // The session was deleted meanwhile, and its history with it.
        }
    }

    /// <summary>The same for every session at which nobody is at work and for which no link is open.</summary>
    /// <param name="before">Only what has waited since then.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> ExpireUnfinishedAsync(DateTimeOffset before, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var expired = await ExpireUnfinishedAsync(
            (db, s) => s.Where(row => row.StatusSince <= before && row.RecorderNodeId == null && row.LockedByRunId == null
                && !db.Set<RecorderLink>().Any(l => l.SessionKey == row.Key && l.ClaimedAt == null && l.ExpiresAt > now)),
            reason,
            cancellationToken);
        await TellAbandonedAsync(expired, reason, cancellationToken);
        return expired.Count;
    }

    /// <summary>Takes a session for a browser in which a person logs in.</summary>
    /// <returns>False when there is one already, on whatever node.</returns>
    public async Task<bool> TryBeginRecordingAsync(Guid key, string nodeId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().Where(s => s.Key == key && s.RecorderNodeId == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RecorderNodeId, nodeId), cancellationToken) == 1;
    }

    public async Task EndRecordingAsync(Guid key, string nodeId)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.Set<AuthSession>().Where(s => s.Key == key && s.RecorderNodeId == nodeId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RecorderNodeId, (string?)null), CancellationToken.None);
    }

    /// <summary>Nodes are gone, and their browsers with them: first logins in those end, other sessions stay as they were.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> ForgetRecordersAsync(GoneNodes gone, string reason, CancellationToken cancellationToken)
    {
        var (ids, all) = (gone.Ids, gone.IsEverybodyElse);
        var expired = await ExpireUnfinishedAsync(
            (_, s) => s.Where(row => row.RecorderNodeId != null && (all || ids.Contains(row.RecorderNodeId))), reason, cancellationToken);
        await TellAbandonedAsync(expired, reason, cancellationToken);
        var count = expired.Count;
        if (all)
        {
            count += await ExpireUnfinishedAsync(clock.GetUtcNow(), reason, cancellationToken);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<AuthSession>().Where(s => s.RecorderNodeId != null && (all || ids.Contains(s.RecorderNodeId)))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RecorderNodeId, (string?)null), cancellationToken);
        return count;
    }

    /// <summary>The proxy a login was made through stays with the session.</summary>
    public async Task SetProxyAsync(AuthSession session, string proxy, CancellationToken cancellationToken)
    {
        var (kept, shown) = (protector.Protect(ProxyPurpose(session.Key), proxy), Display(proxy));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<AuthSession>().Where(s => s.Key == session.Key).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.ProtectedProxy, kept).SetProperty(s => s.ProxyDisplay, shown), cancellationToken);
    }

    private async Task TellAbandonedAsync(IReadOnlyList<Guid> keys, string reason, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            await history.AddAsync(key, AuthSessionEventKind.LoginAbandoned, runId: null, reason, cancellationToken);
        }
    }

    /// <returns>The sessions that were waiting.</returns>
    private async Task<IReadOnlyList<Guid>> ExpireUnfinishedAsync(
        Func<AppDbContext, IQueryable<AuthSession>, IQueryable<AuthSession>> which, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = which(db, db.Set<AuthSession>().Where(s => s.Type == AuthSessionType.Recorder && s.Status == AuthSessionStatus.Pending));
        var found = await waiting.Select(s => new { s.Key, s.ProjectId }).ToListAsync(cancellationToken);
        if (found.Count == 0)
        {
            return [];
        }

        await waiting.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Status, AuthSessionStatus.Expired)
                .SetProperty(s => s.StatusSince, now)
                .SetProperty(s => s.StatusReason, reason),
            cancellationToken);
        foreach (var project in found.Select(s => s.ProjectId).Distinct())
        {
            signals.Publish(LiveTopics.AuthSessions(project));
        }

        return [.. found.Select(s => s.Key)];
    }
}
