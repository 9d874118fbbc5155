using System.Linq.Expressions;
using System.Text.Json;
using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.AuthSessions;

/// <summary>Reads of the AuthSessions slice. None of them ever touches a secret.</summary>
public interface IAuthSessionQueries
{
    Task<IReadOnlyList<AuthSessionRow>> ListAsync(Guid projectId, CancellationToken cancellationToken);

    Task<AuthSessionRow?> FindAsync(Guid projectId, string id, CancellationToken cancellationToken);

    /// <summary>Names and expiry of the current state's cookies and storage keys, never values.</summary>
    Task<StateSummary> GetStateSummaryAsync(Guid projectId, string id, CancellationToken cancellationToken);

    Task<LoginBudget> GetLoginBudgetAsync(AuthSessionRow session, CancellationToken cancellationToken);

    /// <summary>The kept states, newest first.</summary>
    Task<IReadOnlyList<AuthSessionVersion>> ListVersionsAsync(Guid sessionKey, CancellationToken cancellationToken);
}

public sealed class AuthSessionQueries(
    IDbContextFactory<AppDbContext> contexts, AuthSessionHistory history, IOptions<AuthSessionOptions> options) : IAuthSessionQueries
{
    private static readonly Expression<Func<AuthSession, AuthSessionRow>> ToRow = s => new AuthSessionRow
    {
        Key = s.Key,
        Id = s.Id,
        Type = s.Type,
        Status = s.Status,
        StatusSince = s.StatusSince,
        StatusReason = s.StatusReason,
        StatusRunId = s.StatusRunId,
        Source = s.Source,
        ProxyDisplay = s.ProxyDisplay,
        LockedByRunId = s.LockedByRunId,
        LockOperation = s.LockOperation,
        LockedAt = s.LockedAt,
        CreatedAt = s.CreatedAt,
        UpdatedAt = s.UpdatedAt,
        LastValidatedAt = s.LastValidatedAt,
        LastRecreatedAt = s.LastRecreatedAt,
        StateVersion = s.StateVersion,
        LoginsPerHour = s.LoginsPerHour,
    };

    public async Task<IReadOnlyList<AuthSessionRow>> ListAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking()
            .Where(s => s.ProjectId == projectId)
            .OrderBy(s => s.Id)
            .Select(ToRow)
            .ToListAsync(cancellationToken);
    }

    public async Task<AuthSessionRow?> FindAsync(Guid projectId, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking()
            .Where(s => s.ProjectId == projectId && s.Id == id)
            .Select(ToRow)
            .FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<StateSummary> GetStateSummaryAsync(Guid projectId, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = await db.Set<AuthSession>().AsNoTracking()
            .Where(s => s.ProjectId == projectId && s.Id == id)
            .Join(
                db.Set<AuthSessionState>(),
                s => new { s.Key, Version = s.StateVersion },
                v => new { Key = v.SessionKey, v.Version },
                (s, v) => v.SummaryJson)
            .FirstOrDefaultAsync(cancellationToken);
        return json is null ? StateSummary.Empty : JsonSerializer.Deserialize<StateSummary>(json, JsonSerializerOptions.Web)!;
    }

    public async Task<LoginBudget> GetLoginBudgetAsync(AuthSessionRow session, CancellationToken cancellationToken) => new(
        await history.CountLoginsAsync(session.Key, cancellationToken),
        session.LoginsPerHour ?? options.Value.LoginsPerHour,
        session.LoginsPerHour is not null);

    public async Task<IReadOnlyList<AuthSessionVersion>> ListVersionsAsync(Guid sessionKey, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var current = await db.Set<AuthSession>().Where(s => s.Key == sessionKey).Select(s => s.StateVersion).FirstOrDefaultAsync(cancellationToken);
        var states = await db.Set<AuthSessionState>().AsNoTracking()
            .Where(s => s.SessionKey == sessionKey)
            .OrderByDescending(s => s.Version)
            .Select(s => new { s.Version, s.RunId, s.CapturedAt, s.PromotedAt, s.SummaryJson })
            .ToListAsync(cancellationToken);
        return states.Select(s =>
        {
            var summary = JsonSerializer.Deserialize<StateSummary>(s.SummaryJson, JsonSerializerOptions.Web)!;
            return new AuthSessionVersion(
                s.Version, s.RunId, s.CapturedAt, s.PromotedAt, s.Version == current, summary.Cookies.Count, summary.Origins.Count);
        }).ToList();
    }
}
