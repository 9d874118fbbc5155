using IntunedDashboard.Data;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Live;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Nodes;

/// <summary>Every write to the nodes but those of people. Safe for concurrent use.</summary>
public sealed class NodeRegister(IDbContextFactory<AppDbContext> contexts, ThisNode self, ILiveSignals signals, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    /// <summary>How long the node that found another one dead has for taking over before the rest help.</summary>
    private static readonly TimeSpan Precedence = TimeSpan.FromSeconds(15);

    /// <summary>Makes this node known, and ends those that cannot be alive any more.</summary>
    /// <returns>Those that are gone and still hold something.</returns>
    public async Task<GoneNodes> EnterAsync(CancellationToken cancellationToken)
    {
        await AddSelfAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var others = await db.Set<Node>().AsNoTracking().Where(n => n.Id != self.Id && n.TakenOverAt == null).ToListAsync(cancellationToken);
        var dead = others.Where(n => n.EndedAt is null && (self.IsAlone || IsDead(n))).Select(n => n.Id).ToList();
        await db.Set<Node>().Where(n => dead.Contains(n.Id) && n.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(n => n.EndedAt, now).SetProperty(n => n.EndedBy, self.Id), cancellationToken);
        var old = now - Remembered;
        await db.Set<Node>().Where(n => n.TakenOverAt < old).ExecuteDeleteAsync(cancellationToken);
        signals.Publish(LiveTopics.Nodes);
        return new GoneNodes([.. others.Where(n => n.EndedAt is not null).Select(n => n.Id), .. dead], self.IsAlone);
    }

    public async Task AddSelfAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(new Node
        {
            Id = self.Id,
            Name = self.Name,
            Role = self.Role,
            Slots = self.Slots,
            Version = ThisNode.Version,
            Machine = Environment.MachineName,
            ProcessId = ProcessIdentity.Current.Pid,
            ProcessStarted = ProcessIdentity.Current.Started,
            Address = self.Address,
            StartedAt = now,
            LastSeenAt = now,
            IsDraining = self.IsDraining,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Shows that this node is alive.</summary>
    /// <returns>False when the others have taken it for dead.</returns>
    public async Task<bool> BeatAsync(CancellationToken cancellationToken)
    {
        var (now, address) = (clock.GetUtcNow(), self.Address);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().Where(n => n.Id == self.Id && n.EndedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(n => n.Beat, n => n.Beat + 1).SetProperty(n => n.LastSeenAt, now).SetProperty(n => n.Address, address),
            cancellationToken) == 1;
    }

    /// <returns>Every node that lives or still holds something, this one included.</returns>
    public async Task<IReadOnlyList<Node>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AsNoTracking().Where(n => n.EndedAt == null || n.TakenOverAt == null).ToListAsync(cancellationToken);
    }

    /// <summary>Writes down that a node is dead, unless it has shown a sign of life since or somebody was faster.</summary>
    public async Task<bool> TryEndAsync(Node node, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ended = await db.Set<Node>().Where(n => n.Id == node.Id && n.EndedAt == null && n.Beat == node.Beat).ExecuteUpdateAsync(
            set => set.SetProperty(n => n.EndedAt, now).SetProperty(n => n.EndedBy, self.Id), cancellationToken) == 1;
        signals.Publish(LiveTopics.Nodes);
        return ended;
    }

    /// <summary>Whether it is this node's turn to take over what another one left.</summary>
    public bool MayTakeOver(Node node) => node.EndedAt is { } ended && (node.EndedBy == self.Id || clock.GetUtcNow() - ended > Precedence);

    public async Task MarkTakenOverAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Node>().Where(n => ids.Contains(n.Id)).ExecuteUpdateAsync(set => set.SetProperty(n => n.TakenOverAt, now), cancellationToken);
        signals.Publish(LiveTopics.Nodes);
    }

    /// <summary>The last word of a node that stops by itself.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Node>().Where(n => n.Id == self.Id && n.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(n => n.EndedAt, now), cancellationToken);
        signals.Publish(LiveTopics.Nodes);
    }

    /// <summary>Two nodes may share a machine, so only the process tells: by its number and when it began.</summary>
    private static bool IsDead(Node node) =>
        node.Machine == Environment.MachineName && ProcessIdentity.Of(node.ProcessId)?.Started != node.ProcessStarted;
}
