using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Nodes;

/// <summary>One line of the list of nodes.</summary>
public sealed record NodeView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required NodeRole Role { get; init; }

    public required int Slots { get; init; }

    /// <summary>Runs that it executes right now.</summary>
    public required int Running { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public required bool IsDraining { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The others found it dead; otherwise it stopped by itself.</summary>
    public required bool IsDead { get; init; }

    /// <summary>The one that shows this.</summary>
    public required bool IsThis { get; init; }
}

/// <summary>Counts what nodes are at. A slice that executes something registers one.</summary>
public interface INodeWork
{
    Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken);
}

public interface INodeQueries
{
    /// <summary>Living ones first, then what has ended within a day.</summary>
    Task<IReadOnlyList<NodeView>> ListAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>The name of a node.</summary>
    /// <returns>Null when it is not known any more.</returns>
    Task<string?> FindNameAsync(string id, CancellationToken cancellationToken);

    /// <summary>Whether a living node takes Runs.</summary>
    Task<bool> IsAnyExecutingAsync(CancellationToken cancellationToken);
}

public sealed class NodeQueries(IDbContextFactory<AppDbContext> contexts, IEnumerable<INodeWork> work, ThisNode self) : INodeQueries
{
    private const int MostEnded = 20;

    public async Task<IReadOnlyList<NodeView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var running = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var counter in work)
        {
            foreach (var (id, count) in await counter.CountAsync(cancellationToken))
            {
                running[id] = running.GetValueOrDefault(id) + count;
            }
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var living = await db.Set<Node>().AsNoTracking().Where(n => n.EndedAt == null).OrderBy(n => n.Name).ThenBy(n => n.StartedAt).ToListAsync(cancellationToken);
        var ended = await db.Set<Node>().AsNoTracking().Where(n => n.EndedAt != null).OrderByDescending(n => n.EndedAt).Take(MostEnded).ToListAsync(cancellationToken);
        return [.. living.Concat(ended).Select(n => new NodeView
        {
            Id = n.Id,
            Name = n.Name,
            Role = n.Role,
            Slots = n.Slots,
            Running = running.GetValueOrDefault(n.Id),
            Version = n.Version,
            StartedAt = n.StartedAt,
            LastSeenAt = n.LastSeenAt,
            IsDraining = n.IsDraining,
            EndedAt = n.EndedAt,
            IsDead = n.EndedBy is not null,
            IsThis = n.Id == self.Id,
        })];
    }

    public async Task<string?> FindNameAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().Where(n => n.Id == id).Select(n => n.Name).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<bool> IsAnyExecutingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().AnyAsync(n => n.EndedAt == null && n.Slots > 0 && !n.IsDraining, cancellationToken);
    }
}

public interface INodeCommands
{
    /// <summary>Asks a node to take no new work, or to take work again. What it has begun goes on.</summary>
    /// <exception cref="RequestException">There is no such node, or it has ended.</exception>
    Task SetDrainingAsync(Actor actor, string id, bool isDraining, CancellationToken cancellationToken);
}

public sealed class NodeCommands(
    IDbContextFactory<AppDbContext> contexts, ThisNode self, NodeWake wake, ILiveSignals signals, ILogger<NodeCommands> logger) : INodeCommands
{
    public async Task SetDrainingAsync(Actor actor, string id, bool isDraining, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var changed = await db.Set<Node>().Where(n => n.Id == id && n.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(n => n.IsDraining, isDraining), cancellationToken);
        var node = await db.Set<Node>().AsNoTracking().FirstOrDefaultAsync(n => n.Id == id, cancellationToken);
        if (changed == 0 || node is null)
        {
            throw node is null ? RequestException.NotFound("The node") : RequestException.Conflict($"Node {node.Name} has ended.");
        }

        logger.DrainAsked(actor.Name, node.Name, id, isDraining ? "take no new work" : "take work again");
        if (id == self.Id)
        {
            self.SetDraining(isDraining);
        }

        wake.Wake();
        signals.Publish(LiveTopics.Nodes);
    }
}
