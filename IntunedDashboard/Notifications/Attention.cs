using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Notifications.Channels;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Notifications;

/// <summary>Writes notifications, and what is to be sent of them, in the transactions of those who need people. Safe for concurrent use.</summary>
public sealed class Attention(IEnumerable<INoticeChannel> channels, ILiveSignals signals, TimeProvider clock) : IAttention
{
    /// <summary>Characters of a sentence; what an automation or a site says can be longer.</summary>
    private const int LongestMessage = 1000;

    private readonly INoticeChannel[] _channels = [.. channels];

    public async Task NeedAsync(AppDbContext db, Need need, CancellationToken cancellationToken)
    {
        var cause = Notification.CauseOf(need.Kind, need.Subject);
        if (await db.Set<Notification>().AnyAsync(n => n.Cause == cause && n.ResolvedAt == null, cancellationToken))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var id = Ids.NewRunId();
        db.Add(new Notification
        {
            Id = id,
            ProjectId = need.ProjectId,
            Kind = need.Kind,
            Cause = cause,
            AuthSessionId = need.AuthSessionId,
            RunId = need.RunId,
            JobId = need.JobId,
            JobRunId = need.JobRunId,
            Message = need.Message.Length <= LongestMessage ? need.Message : $"{need.Message.AsSpan(0, LongestMessage - 1)}…",
            CreatedAt = now,
        });
        db.AddRange(_channels.Select(c => new Notice { NotificationId = id, Channel = c.Name, NextAttemptAt = now }));
        await db.SaveChangesAsync(cancellationToken);
        db.AfterCommit(() =>
        {
            signals.Publish(LiveTopics.Notifications);
            Array.ForEach(_channels, c => c.Wake.Wake());
        });
    }

    public async Task SettleAsync(AppDbContext db, NeedKind kind, string subject, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var cause = Notification.CauseOf(kind, subject);
        var open = db.Set<Notification>().Where(n => n.Cause == cause && n.ResolvedAt == null);
        var id = await open.Select(n => n.Id).FirstOrDefaultAsync(cancellationToken);
        if (id is null || await open.ExecuteUpdateAsync(set => set.SetProperty(n => n.ResolvedAt, now), cancellationToken) == 0)
        {
            return;
        }

        await NoticeStore.DropAsync(db.Set<Notice>().Where(n => n.NotificationId == id && n.Status == NoticeStatus.Pending), now, cancellationToken);
        db.AfterCommit(() => signals.Publish(LiveTopics.Notifications));
    }
}
