using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Runs;

public sealed class RunConfiguration : IEntityTypeConfiguration<Run>
{
    public void Configure(EntityTypeBuilder<Run> builder)
    {
        builder.ToTable("Runs");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Id).HasMaxLength(32);
        builder.Property(r => r.NodeId).HasMaxLength(32);
        builder.Property(r => r.Type).HasConversion<string>().HasMaxLength(10);
        builder.Property(r => r.Status).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(r => r.Id).IsUnique();
        builder.HasIndex(r => new { r.ProjectId, r.Seq });
        builder.HasIndex(r => new { r.ProjectId, r.Status, r.Seq });
        builder.HasIndex(r => new { r.ProjectId, r.AuthSessionId, r.Seq });
        builder.HasIndex(r => new { r.DependencyOfRunId, r.DependencyOfAttempt });
        builder.HasIndex(r => new { r.ProjectId, r.JobId, r.Seq }).HasFilter("\"JobId\" IS NOT NULL");
        builder.HasIndex(r => new { r.JobRunId, r.Seq }).HasFilter("\"JobRunId\" IS NOT NULL");

        // The sweep for unfinished Runs must not read the finished millions.
        builder.HasIndex(r => r.Status).HasFilter("\"FinishedAt\" IS NULL");
        builder.HasOne<Projects.Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class RunDataConfiguration : IEntityTypeConfiguration<RunData>
{
    public void Configure(EntityTypeBuilder<RunData> builder)
    {
        builder.ToTable("RunData");
        builder.HasKey(d => d.RunId);
        builder.HasOne<Run>().WithOne().HasForeignKey<RunData>(d => d.RunId).HasPrincipalKey<Run>(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class AttemptConfiguration : IEntityTypeConfiguration<Attempt>
{
    public void Configure(EntityTypeBuilder<Attempt> builder)
    {
        builder.ToTable("Attempts");
        builder.HasKey(a => new { a.RunId, a.Number });
        builder.Property(a => a.Kind).HasConversion<string>().HasMaxLength(10);
        builder.Property(a => a.Status).HasConversion<string>().HasMaxLength(10);
        builder.HasOne<Run>().WithMany().HasForeignKey(a => a.RunId).HasPrincipalKey(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class RunLogLineConfiguration : IEntityTypeConfiguration<RunLogLine>
{
    public void Configure(EntityTypeBuilder<RunLogLine> builder)
    {
        builder.ToTable("RunLogLines");
        builder.HasKey(l => new { l.RunId, l.Seq });
        builder.Property(l => l.Level).HasMaxLength(10);
        builder.HasOne<Run>().WithMany().HasForeignKey(l => l.RunId).HasPrincipalKey(r => r.Id).OnDelete(DeleteBehavior.Cascade);
    }
}
