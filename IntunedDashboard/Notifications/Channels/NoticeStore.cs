using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Notifications.Channels;

/// <summary>
/// What is to be sent, in the database. A notice is taken by a conditional update before it is sent, so that a crash at any point sends
/// it at most once. Safe for concurrent use.
/// </summary>
public sealed class NoticeStore(IDbContextFactory<AppDbContext> contexts, ThisNode node, ILiveSignals signals, TimeProvider clock)
{
    /// <summary>Whether what gone nodes were sending has arrived is not known, so it is not sent again.</summary>
    public async Task GiveUpInterruptedAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var (ids, all) = (gone.Ids, gone.IsEverybodyElse);
        const string Sentence = "The server stopped while it was being sent. It may have arrived.";
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Notice>().Where(n => n.Status == NoticeStatus.Sending && (all || ids.Contains(n.NodeId!))).ExecuteUpdateAsync(
            set => set.SetProperty(n => n.Status, NoticeStatus.Unknown).SetProperty(n => n.EndedAt, now).SetProperty(n => n.Message, Sentence),
            cancellationToken);
    }

    /// <summary>Takes the next notice that is due.</summary>
    /// <returns>Null when none is.</returns>
    public async Task<(Notice Notice, NotificationView Notification)?> TakeAsync(string channel, CancellationToken cancellationToken)
    {
        var (now, nodeId) = (clock.GetUtcNow(), node.Id);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        while (await FindDueAsync(db, channel, now, cancellationToken) is { } due)
        {
            var mine = db.Set<Notice>().Where(n => n.NotificationId == due.NotificationId && n.Channel == channel && n.Status == NoticeStatus.Pending);
            var notification = await NotificationQueries.Views(db, n => n.Id == due.NotificationId).FirstOrDefaultAsync(cancellationToken);
            if (notification is null or { ResolvedAt: not null })
            {
                // It was resolved while an attempt was being made.
                await DropAsync(mine, now, cancellationToken);
                continue;
            }

            due.FirstAttemptAt ??= now;
            due.AttemptCount++;
            var taken = await mine.ExecuteUpdateAsync(
                set => set.SetProperty(n => n.Status, NoticeStatus.Sending)
                    .SetProperty(n => n.NodeId, nodeId)
                    .SetProperty(n => n.NextAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(n => n.FirstAttemptAt, due.FirstAttemptAt)
                    .SetProperty(n => n.AttemptCount, due.AttemptCount),
                cancellationToken);
            if (taken == 1)
            {
                return (due, notification);
            }
        }

        return null;
    }

    /// <returns>When the next notice of the channel is due, or null.</returns>
    public async Task<DateTimeOffset?> FindNextTimeAsync(string channel, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Notice>().Where(n => n.Channel == channel && n.NextAttemptAt != null)
            .OrderBy(n => n.NextAttemptAt).Select(n => n.NextAttemptAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Writes down what came of sending a notice that was taken.</summary>
    public async Task RecordAsync(Notice notice, NoticeAnswer answer)
    {
        var now = clock.GetUtcNow();
        var next = answer.Outcome == NoticeOutcome.NotTaken
            ? DeliveryPolicy.NextAttempt(SinkDefinition.Webhook, notice.FirstAttemptAt!.Value, notice.AttemptCount, now)
            : null;
        var status = answer.Outcome switch
        {
            NoticeOutcome.Sent => NoticeStatus.Sent,
            NoticeOutcome.Unknown => NoticeStatus.Unknown,
            _ => next is null ? NoticeStatus.Failed : NoticeStatus.Pending,
        };
        DateTimeOffset? ended = status == NoticeStatus.Pending ? null : now;
        await using (var db = await contexts.CreateDbContextAsync(CancellationToken.None))
        {
            await db.Set<Notice>()
                .Where(n => n.NotificationId == notice.NotificationId && n.Channel == notice.Channel && n.Status == NoticeStatus.Sending)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(n => n.Status, status)
                        .SetProperty(n => n.NextAttemptAt, next)
                        .SetProperty(n => n.EndedAt, ended)
                        .SetProperty(n => n.Message, answer.Message),
                    CancellationToken.None);
        }

        signals.Publish(LiveTopics.Notifications);
    }

    internal static Task<int> DropAsync(IQueryable<Notice> notices, DateTimeOffset now, CancellationToken cancellationToken) =>
        notices.ExecuteUpdateAsync(
            set => set.SetProperty(n => n.Status, NoticeStatus.Dropped).SetProperty(n => n.NextAttemptAt, (DateTimeOffset?)null).SetProperty(n => n.EndedAt, now),
            cancellationToken);

    private static Task<Notice?> FindDueAsync(AppDbContext db, string channel, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Set<Notice>().AsNoTracking()
            .Where(n => n.Channel == channel && n.NextAttemptAt <= now && n.Status == NoticeStatus.Pending)
            .OrderBy(n => n.NextAttemptAt)
            .FirstOrDefaultAsync(cancellationToken);
}
