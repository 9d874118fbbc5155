using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>
/// A link with which somebody without an account may log in one session, once. Only hashes of its secrets are kept. It belongs to the
/// browser that opened it first.
/// </summary>
public sealed class RecorderLink
{
    public required Guid Id { get; init; }

    public required Guid SessionKey { get; init; }

    /// <summary>SHA-256 of what stands in the address, hexadecimal.</summary>
    public required string TokenHash { get; init; }

    /// <summary>SHA-256 of the cookie of whoever opened it first; null before.</summary>
    public string? ClaimHash { get; set; }

    /// <summary>Encrypted proxy for this login; null for that of the session.</summary>
    public string? ProtectedProxy { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when it can be opened for the first time.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? ClaimedAt { get; set; }

    /// <summary>From which address it was opened.</summary>
    public string? ClaimedFrom { get; set; }
}

public sealed class RecorderLinkConfiguration : IEntityTypeConfiguration<RecorderLink>
{
    public void Configure(EntityTypeBuilder<RecorderLink> builder)
    {
        builder.ToTable("RecorderLinks");
        builder.HasKey(l => l.Id);
        builder.Property(l => l.TokenHash).HasMaxLength(64);
        builder.Property(l => l.ClaimHash).HasMaxLength(64);
        builder.Property(l => l.CreatedBy).HasMaxLength(256);
        builder.Property(l => l.ClaimedFrom).HasMaxLength(64);
        builder.HasIndex(l => l.TokenHash).IsUnique();
        builder.HasIndex(l => l.ExpiresAt);
        builder.HasOne<AuthSession>().WithMany().HasForeignKey(l => l.SessionKey).OnDelete(DeleteBehavior.Cascade);
    }
}
