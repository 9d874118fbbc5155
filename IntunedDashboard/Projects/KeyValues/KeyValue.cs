using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Projects.KeyValues;

/// <summary>One value that automations keep beyond their Run.</summary>
public sealed class KeyValue
{
    public const int MaxKeyLength = 512;

    public required Guid ProjectId { get; init; }

    public required string Key { get; init; }

    /// <summary>Encrypted JSON: automations keep tokens here as well.</summary>
    public required string ProtectedValue { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

public sealed class KeyValueConfiguration : IEntityTypeConfiguration<KeyValue>
{
    public void Configure(EntityTypeBuilder<KeyValue> builder)
    {
        builder.ToTable("KeyValues");
        builder.HasKey(v => new { v.ProjectId, v.Key });
        builder.Property(v => v.Key).HasMaxLength(KeyValue.MaxKeyLength);
        builder.HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}
