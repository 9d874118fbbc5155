using System.Globalization;
using System.Linq.Expressions;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Notifications;

/// <summary>What pages and channels see of a notification.</summary>
public sealed record NotificationView
{
    public required long Seq { get; init; }

    public required string Id { get; init; }

    public required NeedKind Kind { get; init; }

    public required Guid WorkspaceId { get; init; }

    /// <summary>Its name.</summary>
    public required string Project { get; init; }

    public string? AuthSessionId { get; init; }

    public string? RunId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    public required string Message { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public DateTimeOffset? SeenAt { get; init; }

    public string? SeenBy { get; init; }

    /// <summary>What became of it outside of the dashboard, where that was read.</summary>
    public IReadOnlyList<Notice> Notices { get; init; } = [];

    /// <summary>The page on which it can be mended.</summary>
    public string Path => Kind switch
    {
        NeedKind.SessionNeedsAttention => Urls.AuthSession(Project, AuthSessionId!),
        NeedKind.PersonNeeded => Urls.Run(Project, RunId!),
        _ => Urls.JobRun(Project, JobId!, JobRunId!),
    };
}

/// <summary>A page of notifications, newest first. <see cref="NextCursor"/> is null on the last page.</summary>
public sealed record NotificationPage(IReadOnlyList<NotificationView> Notifications, string? NextCursor);

/// <summary>What is open now.</summary>
/// <param name="UnseenCount">How many of them nobody has marked as seen.</param>
/// <param name="Newest">The newest of them, without what was sent.</param>
public sealed record OpenNotifications(int Count, int UnseenCount, IReadOnlyList<NotificationView> Newest);

public interface INotificationQueries
{
    /// <param name="cursor">The former page's <see cref="NotificationPage.NextCursor"/>, or null for the newest.</param>
    /// <exception cref="RequestException">The cursor is none.</exception>
    Task<NotificationPage> ListAsync(bool onlyOpen, int pageSize, string? cursor, CancellationToken cancellationToken);

    Task<OpenNotifications> ReadOpenAsync(int newest, CancellationToken cancellationToken);
}

public sealed class NotificationQueries(IDbContextFactory<AppDbContext> contexts) : INotificationQueries
{
    public async Task<NotificationPage> ListAsync(bool onlyOpen, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        var before = long.MaxValue;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            throw RequestException.Invalid("before", "Use the link to older notifications of the page before.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await Views(db, n => n.Seq < before && (!onlyOpen || n.ResolvedAt == null)).Take(pageSize + 1).ToListAsync(cancellationToken);
        string? next = null;
        if (rows.Count > pageSize)
        {
            rows.RemoveAt(pageSize);
            next = rows[^1].Seq.ToString(CultureInfo.InvariantCulture);
        }

        var ids = rows.ConvertAll(r => r.Id);
        var notices = (await db.Set<Notice>().AsNoTracking().Where(n => ids.Contains(n.NotificationId)).OrderBy(n => n.Channel).ToListAsync(cancellationToken))
            .ToLookup(n => n.NotificationId, StringComparer.Ordinal);
        return new NotificationPage(rows.ConvertAll(r => r with { Notices = [.. notices[r.Id]] }), next);
    }

    public async Task<OpenNotifications> ReadOpenAsync(int newest, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = db.Set<Notification>().Where(n => n.ResolvedAt == null);
        var count = await open.CountAsync(cancellationToken);
        return count == 0
            ? new OpenNotifications(0, 0, [])
            : new OpenNotifications(
                count,
                await open.CountAsync(n => n.SeenAt == null, cancellationToken),
                await Views(db, n => n.ResolvedAt == null).Take(newest).ToListAsync(cancellationToken));
    }

    /// <summary>Newest first.</summary>
    internal static IQueryable<NotificationView> Views(AppDbContext db, Expression<Func<Notification, bool>> which) =>
        from n in db.Set<Notification>().AsNoTracking().Where(which)
        join p in db.Set<Project>().AsNoTracking() on n.ProjectId equals p.Id
        orderby n.Seq descending
        select new NotificationView
        {
            Seq = n.Seq,
            Id = n.Id,
            Kind = n.Kind,
            WorkspaceId = p.WorkspaceId,
            Project = p.Name,
            AuthSessionId = n.AuthSessionId,
            RunId = n.RunId,
            JobId = n.JobId,
            JobRunId = n.JobRunId,
            Message = n.Message,
            CreatedAt = n.CreatedAt,
            ResolvedAt = n.ResolvedAt,
            SeenAt = n.SeenAt,
            SeenBy = n.SeenBy,
        };
}
