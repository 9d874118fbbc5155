using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

public sealed class ProjectConfiguration : IEntityTypeConfiguration<Project>
{
    public void Configure(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.Property(p => p.Name).HasMaxLength(200);
        builder.Property(p => p.Language).HasMaxLength(20);
        builder.HasIndex(p => new { p.WorkspaceId, p.Name }).IsUnique();
    }
}

public sealed class DeploymentConfiguration : IEntityTypeConfiguration<Deployment>
{
    public void Configure(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<Deployment> builder)
    {
        builder.ToTable("Deployments");
        builder.Property(d => d.Status).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(d => new { d.ProjectId, d.Number }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(d => d.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

/// <summary>A deployment as Runs and forms need it.</summary>
public sealed record DeployedProject(Project Project, Guid DeploymentId, string Language, DeploymentManifest Manifest);

public sealed class ProjectQueries(IDbContextFactory<AppDbContext> contexts)
{
    public async Task<Project?> FindAsync(Guid workspaceId, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Project>().AsNoTracking()
            .FirstOrDefaultAsync(p => p.WorkspaceId == workspaceId && p.Name == name, cancellationToken);
    }

    /// <exception cref="RequestException">No such project, or nothing deployed.</exception>
    public async Task<DeployedProject> GetDeployedAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        if (project.CurrentDeploymentId is not { } deploymentId)
        {
            throw RequestException.Conflict($"Project {project.Name} is not deployed.");
        }

        return await GetDeploymentAsync(db, project, deploymentId, cancellationToken);
    }

    /// <summary>The deployment a Run started with, whether or not it is still the current one.</summary>
    public async Task<DeployedProject> GetDeploymentAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        return await GetDeploymentAsync(db, project, deploymentId, cancellationToken);
    }

    private static async Task<DeployedProject> GetDeploymentAsync(
        AppDbContext db, Project project, Guid deploymentId, CancellationToken cancellationToken)
    {
        var deployment = await db.Set<Deployment>().AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == project.Id, cancellationToken)
            ?? throw RequestException.NotFound("The deployment");
        var manifest = JsonSerializer.Deserialize<DeploymentManifest>(deployment.ManifestJson ?? "{}", JsonSerializerOptions.Web)!;
        return new DeployedProject(project, deployment.Id, deployment.Language, manifest);
    }
}
