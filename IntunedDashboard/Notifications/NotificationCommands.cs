using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Notifications;

public interface INotificationCommands
{
    /// <summary>Says for everybody that somebody knows of it. It stays open until it is mended.</summary>
    /// <param name="id">Null for all that are open.</param>
    Task MarkSeenAsync(Actor actor, string? id, CancellationToken cancellationToken);
}

public sealed class NotificationCommands(IDbContextFactory<AppDbContext> contexts, ILiveSignals signals, TimeProvider clock) : INotificationCommands
{
    public async Task MarkSeenAsync(Actor actor, string? id, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Notification>()
            .Where(n => n.SeenAt == null && (id == null ? n.ResolvedAt == null : n.Id == id))
            .ExecuteUpdateAsync(set => set.SetProperty(n => n.SeenAt, now).SetProperty(n => n.SeenBy, actor.Name), cancellationToken);
        signals.Publish(LiveTopics.Notifications);
    }
}
