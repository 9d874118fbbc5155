using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Nodes;

/// <summary>
/// One start of the program. It lives as long as <see cref="Beat"/> rises; the others watch that with their own clocks, so nobody's clock
/// has to be right. Whatever a node holds names its id, and passes to the others when it is gone.
/// </summary>
public sealed class Node
{
    /// <summary>Made anew by every start, and again by a node that was taken for dead.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required NodeRole Role { get; init; }

    public required int Slots { get; init; }

    public required string Version { get; init; }

    /// <summary>With the next two: lets the next start on the same machine know that its predecessor is dead.</summary>
    public required string Machine { get; init; }

    public required int ProcessId { get; init; }

    public required string ProcessStarted { get; init; }

    /// <summary>Where the other nodes reach it, without a slash at the end; null until it listens.</summary>
    public string? Address { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>By its own clock, for people.</summary>
    public required DateTimeOffset LastSeenAt { get; set; }

    public long Beat { get; set; }

    /// <summary>Somebody asked it to take no new work.</summary>
    public bool IsDraining { get; set; }

    /// <summary>When it stopped, or was found to be dead.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The node that found it dead; null when it stopped by itself.</summary>
    public string? EndedBy { get; set; }

    /// <summary>When the others had taken over everything it held.</summary>
    public DateTimeOffset? TakenOverAt { get; set; }
}

public sealed class NodeConfiguration : IEntityTypeConfiguration<Node>
{
    public void Configure(EntityTypeBuilder<Node> builder)
    {
        builder.ToTable("Nodes");
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).HasMaxLength(32);
        builder.Property(n => n.Name).HasMaxLength(200);
        builder.Property(n => n.Role).HasConversion<string>().HasMaxLength(10);
        builder.Property(n => n.Version).HasMaxLength(100);
        builder.Property(n => n.Machine).HasMaxLength(200);
        builder.Property(n => n.ProcessStarted).HasMaxLength(100);
        builder.Property(n => n.Address).HasMaxLength(500);
        builder.Property(n => n.EndedBy).HasMaxLength(32);
        builder.HasIndex(n => n.TakenOverAt).HasFilter("\"TakenOverAt\" IS NULL");
    }
}
