using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Runs.People;

public enum HumanRequestStatus
{
    Waiting,
    Answered,
    Declined,
    TimedOut,

    /// <summary>Its attempt ended first.</summary>
    Canceled,
}

/// <summary>
/// An automation that waits for a person. What the person types is not kept: it goes from the one who answers to the attempt in memory, and
/// in here, encrypted, only on its way to another node.
/// </summary>
public sealed class HumanRequest
{
    public required string Id { get; init; }

    public required string RunId { get; init; }

    public required int Attempt { get; init; }

    public HumanRequestStatus Status { get; set; }

    /// <summary>Redacted, like everything an automation says.</summary>
    public required string Message { get; init; }

    /// <summary>JSON of a list of <see cref="Execution.HumanField"/>.</summary>
    public required string FieldsJson { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when somebody may answer.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Who answered or declined.</summary>
    public string? EndedBy { get; set; }

    /// <summary>Encrypted: the answer, until the node of the attempt has taken it.</summary>
    public string? ProtectedReply { get; set; }
}

public sealed class HumanRequestConfiguration : IEntityTypeConfiguration<HumanRequest>
{
    public void Configure(EntityTypeBuilder<HumanRequest> builder)
    {
        builder.ToTable("HumanRequests");
        builder.HasKey(h => h.Id);
        builder.Property(h => h.Id).HasMaxLength(32);
        builder.Property(h => h.Status).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(h => new { h.RunId, h.CreatedAt });
        builder.HasIndex(h => h.RunId).HasDatabaseName("IX_HumanRequests_Open").IsUnique().HasFilter("\"EndedAt\" IS NULL");
        builder.HasOne<Run>().WithMany().HasForeignKey(h => h.RunId).HasPrincipalKey(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}
