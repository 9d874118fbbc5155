using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Notifications;

/// <summary>Notifications that are settled, with what was sent of them.</summary>
internal sealed class NotificationHistory(IDbContextFactory<AppDbContext> contexts, ILiveSignals signals) : IHistory
{
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deleted = await db.Set<Notification>().Where(n => n.ResolvedAt < before).ExecuteDeleteAsync(cancellationToken);
        if (deleted > 0)
        {
            signals.Publish(LiveTopics.Notifications);
        }

        return deleted;
    }
}
