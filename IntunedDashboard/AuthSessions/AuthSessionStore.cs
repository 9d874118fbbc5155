using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.AuthSessions;

/// <summary>A session with its secrets in the clear, for the Run that uses it. Never leaves the server process.</summary>
public sealed record OpenAuthSession(AuthSession Session, string? ParametersJson, ProxySettings? Proxy, string? StateJson);

/// <summary>
/// Every write to a session. Transitions are conditional updates whose row count decides, so that two Runs, a page and recovery
/// may act at once; what a Run writes comes behind its fence, so that one that was taken over writes nothing. Safe for concurrent use.
/// </summary>
public sealed partial class AuthSessionStore(
    IDbContextFactory<AppDbContext> contexts,
    SecretProtector protector,
    StateVersions versions,
    AuthSessionHistory history,
    IAttention attention,
    ILiveSignals signals,
    TimeProvider clock)
{
    public async Task<AuthSession?> FindAsync(Guid projectId, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking().FirstOrDefaultAsync(s => s.ProjectId == projectId && s.Id == id, cancellationToken);
    }

    /// <summary>Reads the session with credentials, proxy and current state.</summary>
    /// <exception cref="RequestException">The session was deleted meanwhile.</exception>
    public async Task<OpenAuthSession> OpenAsync(Guid key, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var session = await db.Set<AuthSession>().AsNoTracking().FirstOrDefaultAsync(s => s.Key == key, cancellationToken)
            ?? throw RequestException.NotFound("The AuthSession");
        var state = session.StateVersion == 0
            ? null
            : await db.Set<AuthSessionState>().AsNoTracking()
                .Where(s => s.SessionKey == key && s.Version == session.StateVersion)
                .Select(s => s.ProtectedState)
                .FirstOrDefaultAsync(cancellationToken);
        var proxy = session.ProtectedProxy is null
            ? null
            : ProxySettings.Parse(protector.Unprotect(ProxyPurpose(key), session.ProtectedProxy));
        return new OpenAuthSession(
            session,
            session.ProtectedParameters is null ? null : protector.Unprotect(ParametersPurpose(key), session.ProtectedParameters),
            proxy,
            state is null ? null : versions.Open(key, state));
    }

    /// <summary>Inserts a PENDING session, already locked by the Run that will log in.</summary>
    /// <exception cref="RequestException">A session with this id was created at the same moment.</exception>
    public async Task<AuthSession> AddAsync(
        Guid projectId,
        string id,
        AuthSessionType type,
        AuthSessionSource source,
        string? parametersJson,
        string? proxy,
        string? lockedByRunId,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var key = Guid.CreateVersion7();
        var session = new AuthSession
        {
            Key = key,
            ProjectId = projectId,
            Id = id,
            Type = type,
            Source = source,
            Status = AuthSessionStatus.Pending,
            StatusSince = now,
            StatusRunId = lockedByRunId,
            ProtectedParameters = parametersJson is null ? null : protector.Protect(ParametersPurpose(key), parametersJson),
            ProtectedProxy = proxy is null ? null : protector.Protect(ProxyPurpose(key), proxy),
            ProxyDisplay = Display(proxy),
            LockedByRunId = lockedByRunId,
            LockOperation = lockedByRunId is null ? null : AuthSessionOperation.Create,
            LockedAt = lockedByRunId is null ? null : now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(session);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            throw RequestException.Conflict($"AuthSession {id} already exists.");
        }

        signals.Publish(LiveTopics.AuthSessions(projectId));
        return session;
    }

    /// <summary>Takes the session for one Run alone. Asking again with the same Run succeeds.</summary>
    public async Task<bool> TryLockAsync(
        AuthSession session, string runId, AuthSessionOperation operation, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        var taken = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && (s.LockedByRunId == null || s.LockedByRunId == runId))
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.LockedByRunId, runId)
                    .SetProperty(s => s.LockOperation, operation)
                    .SetProperty(s => s.LockedAt, s => s.LockedByRunId == runId ? s.LockedAt : now),
                cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
        return taken == 1;
    }

    /// <summary>Releases what the Run holds; nothing happens when it holds nothing. Not cancelled with the Run, or the lock would stay.</summary>
    public async Task UnlockAsync(AuthSession session, string runId, WriteFence? fence = null)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await using var transaction = await db.BeginFencedAsync(fence, CancellationToken.None);
        await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.LockedByRunId == runId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.LockedByRunId, (string?)null)
                    .SetProperty(s => s.LockOperation, (AuthSessionOperation?)null)
                    .SetProperty(s => s.LockedAt, (DateTimeOffset?)null),
                CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }

    /// <summary>Marks the session as being logged in and, when given, replaces credentials and proxy.</summary>
    public async Task BeginUpdateAsync(
        AuthSession session,
        string runId,
        string? parametersJson,
        bool setProxy,
        string? proxy,
        CancellationToken cancellationToken,
        AuthSessionSource? source = null)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.Set<AuthSession>().FirstAsync(s => s.Key == session.Key, cancellationToken);
        row.Status = AuthSessionStatus.Pending;
        row.StatusSince = now;
        row.StatusReason = null;
        row.StatusRunId = runId;
        row.UpdatedAt = now;
        row.UnprovenLogins = 0;
        row.Source = source ?? row.Source;
        if (parametersJson is not null)
        {
            row.ProtectedParameters = protector.Protect(ParametersPurpose(session.Key), parametersJson);
        }

        if (setProxy)
        {
            row.ProtectedProxy = proxy is null ? null : protector.Protect(ProxyPurpose(session.Key), proxy);
            row.ProxyDisplay = Display(proxy);
        }

        await db.SaveChangesAsync(cancellationToken);
        await history.AddAsync(session.Key, AuthSessionEventKind.Updated, runId, message: null, cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }

    /// <summary>A login went through, but its check refused it.</summary>
    public async Task CountUnprovenLoginAsync(AuthSession session, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        await db.Set<AuthSession>().Where(s => s.Key == session.Key)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.UnprovenLogins, s => s.UnprovenLogins + 1), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task SetLoginsPerHourAsync(AuthSession session, int? loginsPerHour, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<AuthSession>().Where(s => s.Key == session.Key)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LoginsPerHour, loginsPerHour), cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
    }

    /// <returns>False when somebody holds the session.</returns>
    public async Task<bool> TryDeleteAsync(AuthSession session, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var deleted = await db.Set<AuthSession>()
            .Where(s => s.Key == session.Key && s.LockedByRunId == null)
            .ExecuteDeleteAsync(cancellationToken);
        if (deleted == 1)
        {
            await attention.SettleAsync(db, NeedKind.SessionNeedsAttention, SubjectOf(session.Key), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.AuthSessions(session.ProjectId));
        return deleted == 1;
    }

    /// <summary>After a crash: nobody who held a lock is alive any more.</summary>
    /// <returns>The sessions that were freed.</returns>
    public async Task<int> ReleaseAllLocksAsync(IReadOnlyList<string> runIds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>()
            .Where(s => s.LockedByRunId != null && runIds.Contains(s.LockedByRunId))
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.LockedByRunId, (string?)null)
                    .SetProperty(s => s.LockOperation, (AuthSessionOperation?)null)
                    .SetProperty(s => s.LockedAt, (DateTimeOffset?)null),
                cancellationToken);
    }

    private static string? Display(string? proxy) => ProxySettings.TryParse(proxy, out var parsed) ? parsed!.Masked : null;

    private static string SubjectOf(Guid key) => key.ToString();

    private static string ParametersPurpose(Guid key) => $"auth-session-parameters:{key:N}";

    private static string ProxyPurpose(Guid key) => $"auth-session-proxy:{key:N}";
}
