using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Projects.Variables;

/// <summary>Where a variable belongs: to a project, or to the workspace and so to all its projects.</summary>
public sealed record VariableScope(Guid WorkspaceId, Guid? ProjectId)
{
    public Guid Id => ProjectId ?? WorkspaceId;
}

/// <summary>A value that automations find in their process environment. It can be replaced but never read again.</summary>
public sealed class EnvironmentVariable
{
    public required Guid Id { get; init; }

    /// <summary>The project's id, or the workspace's: a key is unique within it.</summary>
    public required Guid ScopeId { get; init; }

    /// <summary>Null for one of the workspace.</summary>
    public Guid? ProjectId { get; init; }

    public required string Key { get; init; }

    /// <summary>Encrypted.</summary>
    public required string ProtectedValue { get; set; }

    public string? Description { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required string UpdatedBy { get; set; }

    public static string Purpose(Guid id) => $"environment-variable:{id:N}";
}

public sealed class EnvironmentVariableConfiguration : IEntityTypeConfiguration<EnvironmentVariable>
{
    public void Configure(EntityTypeBuilder<EnvironmentVariable> builder)
    {
        builder.ToTable("EnvironmentVariables");
        builder.Property(v => v.Key).HasMaxLength(VariableCommands.MaxKeyLength);
        builder.Property(v => v.Description).HasMaxLength(VariableCommands.MaxDescriptionLength);
        builder.HasIndex(v => new { v.ScopeId, v.Key }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}
