using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.AuthSessions;

/// <summary>What logins by hand write beside what all logins write.</summary>
public sealed partial class AuthSessionStore
{
    /// <summary>Ends the first login of a session that nobody finished. One that has ever been READY or EXPIRED stays as it was.</summary>
    public Task<int> ExpireUnfinishedAsync(Guid key, string reason, CancellationToken cancellationToken) =>
        ExpireUnfinishedAsync((_, s) => s.Where(row => row.Key == key), reason, cancellationToken);

    /// <summary>The same for every session at which nobody is at work and for which no link is open.</summary>
    /// <param name="active">Those that somebody is logging in.</param>
    /// <param name="before">Only what has waited since then.</param>
    /// <returns>How many there were.</returns>
    public Task<int> ExpireUnfinishedAsync(IReadOnlyList<Guid> active, DateTimeOffset before, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return ExpireUnfinishedAsync(
            (db, s) => s.Where(row => row.StatusSince <= before && !active.Contains(row.Key) && row.LockedByRunId == null
                && !db.Set<RecorderLink>().Any(l => l.SessionKey == row.Key && l.ClaimedAt == null && l.ExpiresAt > now)),
            reason,
            cancellationToken);
    }

    /// <summary>The proxy a login was made through stays with the session.</summary>
    public async Task SetProxyAsync(AuthSession session, string proxy, CancellationToken cancellationToken)
    {
        var (kept, shown) = (protector.Protect(ProxyPurpose(session.Key), proxy), Display(proxy));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<AuthSession>().Where(s => s.Key == session.Key).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.ProtectedProxy, kept).SetProperty(s => s.ProxyDisplay, shown), cancellationToken);
    }

    private async Task<int> ExpireUnfinishedAsync(
        Func<AppDbContext, IQueryable<AuthSession>, IQueryable<AuthSession>> which, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = which(db, db.Set<AuthSession>().Where(s => s.Type == AuthSessionType.Recorder && s.Status == AuthSessionStatus.Pending));
        var projects = await waiting.Select(s => s.ProjectId).Distinct().ToListAsync(cancellationToken);
        var expired = await waiting.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Status, AuthSessionStatus.Expired)
                .SetProperty(s => s.StatusSince, now)
                .SetProperty(s => s.StatusReason, reason),
            cancellationToken);
        foreach (var project in projects)
        {
            signals.Publish(LiveTopics.AuthSessions(project));
        }

        return expired;
    }
}
