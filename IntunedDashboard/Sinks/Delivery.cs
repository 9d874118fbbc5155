using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Sinks;

public enum DeliveryStatus
{
    /// <summary>An attempt is due, now or later.</summary>
    Pending,

    Delivered,

    /// <summary>Given up; a person can have it sent again.</summary>
    Failed,
}

/// <summary>
/// The outbox: one row for each Run whose result goes to a sink, written in the transaction that ends the Run. It is pending until the
/// other side has taken the message, so a crash at any point at worst sends it twice, with one id.
/// </summary>
public sealed class Delivery
{
    public required string RunId { get; init; }

    public required Guid ProjectId { get; init; }

    public string? JobRunId { get; init; }

    /// <summary>Names the <see cref="Runs.Sinks.StoredSink"/>.</summary>
    public required string SinkKey { get; init; }

    public required string SinkType { get; set; }

    /// <summary>Whom it goes to, for people and for fairness; nothing secret.</summary>
    public required string Target { get; set; }

    public DeliveryStatus Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null unless pending.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public int AttemptCount { get; set; }

    /// <summary>When the first attempt of the present series was made; a person's "send again" begins a new one.</summary>
    public DateTimeOffset? SeriesStartedAt { get; set; }

    public int AttemptsInSeries { get; set; }

    /// <summary>The node that is sending it right now.</summary>
    public string? NodeId { get; set; }

    /// <summary>Who asked for the present series; null for the platform itself.</summary>
    public string? RequestedBy { get; set; }

    /// <summary>The same however often it is sent: receivers tell repetitions by it.</summary>
    public string MessageId => MessageIdOf(RunId);

    public static string MessageIdOf(string runId) => $"run_{runId}";
}

/// <summary>One time a message was sent. Numbered from 1 within its delivery.</summary>
public sealed class DeliveryAttempt
{
    public required string RunId { get; init; }

    public required int Number { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double DurationMs { get; init; }

    public required bool IsDelivered { get; init; }

    /// <summary>Null when nothing answered.</summary>
    public int? StatusCode { get; init; }

    /// <summary>A sentence.</summary>
    public required string Message { get; init; }

    public string? RequestedBy { get; init; }
}

public sealed class DeliveryConfiguration : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.ToTable("Deliveries");
        builder.HasKey(d => d.RunId);
        builder.Ignore(d => d.MessageId);
        builder.Property(d => d.NodeId).HasMaxLength(32);
        builder.Property(d => d.Status).HasConversion<string>().HasMaxLength(10);
        builder.Property(d => d.SinkType).HasMaxLength(10);

        // The outbox is read by this alone; what was delivered is not in it.
        builder.HasIndex(d => new { d.NextAttemptAt, d.Target }).HasFilter("\"NextAttemptAt\" IS NOT NULL");
        builder.HasIndex(d => new { d.JobRunId, d.Status }).HasFilter("\"JobRunId\" IS NOT NULL");
        builder.HasOne<Run>().WithOne().HasForeignKey<Delivery>(d => d.RunId).HasPrincipalKey<Run>(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class DeliveryAttemptConfiguration : IEntityTypeConfiguration<DeliveryAttempt>
{
    public void Configure(EntityTypeBuilder<DeliveryAttempt> builder)
    {
        builder.ToTable("DeliveryAttempts");
        builder.HasKey(a => new { a.RunId, a.Number });
        builder.HasOne<Delivery>().WithMany().HasForeignKey(a => a.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
