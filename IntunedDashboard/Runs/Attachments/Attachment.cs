using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Runs.Attachments;

/// <summary>A file that an automation saved to the platform's own storage. It lives as long as its Run.</summary>
public sealed class Attachment
{
    public required string Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required string RunId { get; init; }

    public required string FileName { get; init; }

    public required string ContentType { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What automations call it, and its place in the artifact store.</summary>
    public string Key => $"{AttemptRunner.ArtifactFolder(ProjectId, RunId)}/files/{Id}/{FileName}";
}

public sealed class AttachmentConfiguration : IEntityTypeConfiguration<Attachment>
{
    public void Configure(EntityTypeBuilder<Attachment> builder)
    {
        builder.ToTable("Attachments");
        builder.HasKey(a => a.Id);
        builder.Ignore(a => a.Key);
        builder.Property(a => a.Id).HasMaxLength(32);
        builder.Property(a => a.RunId).HasMaxLength(32);
        builder.Property(a => a.FileName).HasMaxLength(AttachmentStore.MaxFileName);
        builder.Property(a => a.ContentType).HasMaxLength(AttachmentStore.MaxContentType);
        builder.HasOne<Run>().WithMany().HasForeignKey(a => a.RunId).HasPrincipalKey(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}
