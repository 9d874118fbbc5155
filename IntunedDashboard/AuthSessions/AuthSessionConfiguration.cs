using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.AuthSessions;

public sealed class AuthSessionConfiguration : IEntityTypeConfiguration<AuthSession>
{
    public void Configure(EntityTypeBuilder<AuthSession> builder)
    {
        builder.ToTable("AuthSessions");
        builder.HasKey(s => s.Key);
        builder.Property(s => s.Id).HasMaxLength(128);
        builder.Property(s => s.Type).HasConversion<string>().HasMaxLength(20);
        builder.Property(s => s.Source).HasConversion<string>().HasMaxLength(10);
        builder.Property(s => s.Status).HasConversion<string>().HasMaxLength(20);
        builder.Property(s => s.LockOperation).HasConversion<string>().HasMaxLength(20);
        builder.Property(s => s.RecorderNodeId).HasMaxLength(32);
        builder.HasIndex(s => new { s.ProjectId, s.Id }).IsUnique();
        builder.HasIndex(s => s.LockedByRunId);
        builder.HasOne<Projects.Project>().WithMany().HasForeignKey(s => s.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class AuthSessionStateConfiguration : IEntityTypeConfiguration<AuthSessionState>
{
    public void Configure(EntityTypeBuilder<AuthSessionState> builder)
    {
        builder.ToTable("AuthSessionStates");
        builder.HasKey(s => new { s.SessionKey, s.Version });
        builder.HasOne<AuthSession>().WithMany().HasForeignKey(s => s.SessionKey).OnDelete(DeleteBehavior.Cascade);
    }
}
