using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.AuthSessions;

public enum AuthSessionEventKind
{
    /// <summary><c>create</c> was executed, whatever came of it.</summary>
    LoginAttempted,

    /// <summary>A login proved itself: its state serves Runs from now on.</summary>
    LoggedIn,

    /// <summary>The login was lost, or logging in failed.</summary>
    Expired,

    /// <summary>A person put an earlier state back.</summary>
    Restored,

    /// <summary>New credentials or a new proxy were given.</summary>
    Updated,

    /// <summary>A person began to log in by hand, and no login came of it.</summary>
    LoginAbandoned,
}

/// <summary>Something that happened to a session, for its timeline and for the budget of logins. Passing checks are not recorded.</summary>
public sealed class AuthSessionEvent
{
    public long Seq { get; init; }

    public required Guid SessionKey { get; init; }

    public required AuthSessionEventKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? RunId { get; init; }

    /// <summary>A sentence without secrets.</summary>
    public string? Message { get; init; }
}

public sealed class AuthSessionEventConfiguration : IEntityTypeConfiguration<AuthSessionEvent>
{
    public void Configure(EntityTypeBuilder<AuthSessionEvent> builder)
    {
        builder.ToTable("AuthSessionEvents");
        builder.HasKey(e => e.Seq);
        builder.Property(e => e.Kind).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(e => new { e.SessionKey, e.Seq });
        builder.HasIndex(e => new { e.SessionKey, e.Kind, e.At });
        builder.HasOne<AuthSession>().WithMany().HasForeignKey(e => e.SessionKey).OnDelete(DeleteBehavior.Cascade);
    }
}

/// <summary>Writes and reads what happened to sessions. Safe for concurrent use.</summary>
public sealed class AuthSessionHistory(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <param name="fence">Of the Run that writes.</param>
    public async Task AddAsync(
        Guid sessionKey, AuthSessionEventKind kind, string? runId, string? message, CancellationToken cancellationToken, WriteFence? fence = null)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        db.Add(new AuthSessionEvent { SessionKey = sessionKey, Kind = kind, At = clock.GetUtcNow(), RunId = runId, Message = message });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>How often <c>create</c> was executed within the last hour.</summary>
    public async Task<int> CountLoginsAsync(Guid sessionKey, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow().AddHours(-1);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSessionEvent>()
            .CountAsync(e => e.SessionKey == sessionKey && e.Kind == AuthSessionEventKind.LoginAttempted && e.At > since, cancellationToken);
    }

    /// <summary>A login of another Run that was tried and failed after the given time.</summary>
    /// <returns>Null when there was none.</returns>
    public async Task<AuthSessionEvent?> FindFailedLoginAsync(
        Guid sessionKey, DateTimeOffset after, string exceptRunId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSessionEvent>().AsNoTracking()
            .Where(e => e.SessionKey == sessionKey && e.Kind == AuthSessionEventKind.Expired && e.At >= after && e.RunId != exceptRunId
                && db.Set<AuthSessionEvent>().Any(
                    t => t.SessionKey == sessionKey && t.Kind == AuthSessionEventKind.LoginAttempted && t.RunId == e.RunId))
            .OrderByDescending(e => e.Seq)
            .FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuthSessionEvent>> ReadAsync(Guid sessionKey, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSessionEvent>().AsNoTracking()
            .Where(e => e.SessionKey == sessionKey)
            .OrderByDescending(e => e.Seq)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    /// <summary>How long earlier logins held, newest first: from the login until it was lost or replaced.</summary>
    public async Task<IReadOnlyList<TimeSpan>> ReadLifetimesAsync(Guid sessionKey, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = await db.Set<AuthSessionEvent>().AsNoTracking()
            .Where(e => e.SessionKey == sessionKey && (e.Kind == AuthSessionEventKind.LoggedIn || e.Kind == AuthSessionEventKind.LoginAttempted
                || e.Kind == AuthSessionEventKind.Expired))
            .OrderByDescending(e => e.Seq)
            .Take(limit * 6)
            .Select(e => new { e.Kind, e.At })
            .ToListAsync(cancellationToken);
        var lifetimes = new List<TimeSpan>();
        DateTimeOffset? lost = null;
        foreach (var happened in events)
        {
            // Going back in time, the event right after a login is what ended it.
            if (happened.Kind == AuthSessionEventKind.LoggedIn && lost is { } end)
            {
                lifetimes.Add(end - happened.At);
                lost = null;
            }
            else if (happened.Kind != AuthSessionEventKind.LoggedIn)
            {
                lost = happened.At;
            }
        }

        return lifetimes.Take(limit).ToList();
    }
}
