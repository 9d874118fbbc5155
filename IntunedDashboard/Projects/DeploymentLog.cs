using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Projects;

/// <summary>What the tools that made a deployment printed, for people. Apart from the deployment, because lists never show it.</summary>
public sealed class DeploymentLog
{
    public required Guid DeploymentId { get; init; }

    public required string Text { get; set; }
}

public sealed class DeploymentLogConfiguration : IEntityTypeConfiguration<DeploymentLog>
{
    public void Configure(EntityTypeBuilder<DeploymentLog> builder)
    {
        builder.ToTable("DeploymentLogs");
        builder.HasKey(l => l.DeploymentId);
        builder.HasOne<Deployment>().WithOne().HasForeignKey<DeploymentLog>(l => l.DeploymentId).OnDelete(DeleteBehavior.Cascade);
    }
}
