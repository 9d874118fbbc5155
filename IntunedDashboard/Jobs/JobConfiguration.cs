using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Jobs;

public sealed class JobConfiguration : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> builder)
    {
        builder.ToTable("Jobs");
        builder.HasKey(j => j.Key);
        builder.Property(j => j.Id).HasMaxLength(128).IsRequired();
        builder.Property(j => j.Origin).HasConversion<string>().HasMaxLength(10);
        builder.Property(j => j.State).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(j => new { j.ProjectId, j.Id }).IsUnique();
        builder.HasIndex(j => j.NextRunAt).HasFilter("\"NextRunAt\" IS NOT NULL");
        builder.HasOne<Project>().WithMany().HasForeignKey(j => j.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class JobPayloadItemConfiguration : IEntityTypeConfiguration<JobPayloadItem>
{
    public void Configure(EntityTypeBuilder<JobPayloadItem> builder)
    {
        builder.ToTable("JobPayloadItems");
        builder.HasKey(i => new { i.JobKey, i.Position });
        builder.HasOne<Job>().WithMany().HasForeignKey(i => i.JobKey).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class JobRunConfiguration : IEntityTypeConfiguration<JobRun>
{
    public void Configure(EntityTypeBuilder<JobRun> builder)
    {
        builder.ToTable("JobRuns");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Id).HasMaxLength(36).IsRequired();
        builder.Property(r => r.Type).HasConversion<string>().HasMaxLength(10);
        builder.Property(r => r.Status).HasConversion<string>().HasMaxLength(10);
        builder.Property(r => r.Stage).HasConversion<string>().HasMaxLength(12);
        builder.Property(r => r.RetryOfJobRunId).HasMaxLength(36);
        builder.HasIndex(r => r.Id).IsUnique();
        builder.HasIndex(r => new { r.JobKey, r.Seq });

        // One active JobRun a Job, whoever starts them at once.
        builder.HasIndex(r => r.JobKey).IsUnique().HasFilter("\"EndedAt\" IS NULL").HasDatabaseName("IX_JobRuns_ActiveOfJob");
        builder.HasOne<Job>().WithMany().HasForeignKey(r => r.JobKey).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class JobRunItemConfiguration : IEntityTypeConfiguration<JobRunItem>
{
    public void Configure(EntityTypeBuilder<JobRunItem> builder)
    {
        builder.ToTable("JobRunItems");
        builder.HasKey(i => new { i.JobRunSeq, i.Position });
        builder.Property(i => i.Status).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(i => i.RunId).IsUnique();
        builder.HasIndex(i => new { i.JobRunSeq, i.EndedOrder });

        // What failed is shown and retried without passing what went well.
        builder.HasIndex(i => new { i.JobRunSeq, i.EndedOrder }, "IX_JobRunItems_Failed").HasFilter("\"Status\" = 'Failed'");

        // The next item is found without passing those that ended.
        builder.HasIndex(i => i.JobRunSeq).HasFilter("\"Status\" = 'Waiting'").HasDatabaseName("IX_JobRunItems_Waiting");
        builder.HasOne<JobRun>().WithMany().HasForeignKey(i => i.JobRunSeq).OnDelete(DeleteBehavior.Cascade);
    }
}
