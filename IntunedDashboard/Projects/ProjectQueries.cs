using System.Globalization;
using System.Linq.Expressions;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>A deployment as Runs and forms need it.</summary>
public sealed record DeployedProject(Project Project, Guid DeploymentId, string Language, DeploymentManifest Manifest);

public sealed class ProjectQueries(IDbContextFactory<AppDbContext> contexts, DeploymentFiles files)
{
    private const int MaxReadmeBytes = 256 * 1024;

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

    /// <summary>All projects by name. There are few of them, so they are not paged.</summary>
    public async Task<IReadOnlyList<ProjectRow>> ListAsync(Guid workspaceId, CancellationToken cancellationToken) =>
        await ReadRowsAsync(p => p.WorkspaceId == workspaceId, cancellationToken);

    /// <returns>Null when there is no such project.</returns>
    public async Task<ProjectRow?> FindRowAsync(Guid projectId, CancellationToken cancellationToken) =>
        (await ReadRowsAsync(p => p.Id == projectId, cancellationToken)).FirstOrDefault();

    /// <param name="cursor">The former page's <see cref="DeploymentPage.NextCursor"/>, or null for the newest.</param>
    /// <exception cref="RequestException">The cursor is none.</exception>
    public async Task<DeploymentPage> ListDeploymentsAsync(
        Guid projectId, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        var before = int.MaxValue;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            throw RequestException.Invalid("cursor", "Use the nextCursor of the former page.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var current = await db.Set<Project>().Where(p => p.Id == projectId).Select(p => p.CurrentDeploymentId).FirstOrDefaultAsync(cancellationToken);
        var found = await db.Set<Deployment>().AsNoTracking()
            .Where(d => d.ProjectId == projectId && d.Number < before)
            .OrderByDescending(d => d.Number)
            .Take(pageSize + 1)
            .Select(d => new
            {
                d.Id,
                d.Number,
                d.Status,
                d.Language,
                d.DeployedBy,
                d.CreatedAt,
                d.FinishedAt,
                d.DiagnosticsJson,
            })
            .ToListAsync(cancellationToken);
        var rows = found.Take(pageSize).Select(d => new DeploymentRow
        {
            Id = d.Id,
            Number = d.Number,
            Status = d.Status,
            Language = d.Language,
            DeployedBy = d.DeployedBy,
            CreatedAt = d.CreatedAt,
            FinishedAt = d.FinishedAt,
            Diagnostics = DeploymentJson.ReadDiagnostics(d.DiagnosticsJson),
            IsCurrent = d.Id == current,
        }).ToArray();
        var next = found.Count > pageSize ? rows[^1].Number.ToString(CultureInfo.InvariantCulture) : null;
        return new DeploymentPage(rows, next);
    }

    /// <returns>Null when the project has no such deployment.</returns>
    public async Task<DeploymentDetail?> FindDeploymentAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var current = await db.Set<Project>().Where(p => p.Id == projectId).Select(p => p.CurrentDeploymentId).FirstOrDefaultAsync(cancellationToken);
        var deployment = await db.Set<Deployment>().AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == projectId, cancellationToken);
        var log = await db.Set<DeploymentLog>().Where(l => l.DeploymentId == deploymentId).Select(l => l.Text).FirstOrDefaultAsync(cancellationToken);
        return deployment is null ? null : new DeploymentDetail(
            new DeploymentRow
            {
                Id = deployment.Id,
                Number = deployment.Number,
                Status = deployment.Status,
                Language = deployment.Language,
                DeployedBy = deployment.DeployedBy,
                CreatedAt = deployment.CreatedAt,
                FinishedAt = deployment.FinishedAt,
                Diagnostics = DeploymentJson.ReadDiagnostics(deployment.DiagnosticsJson),
                IsCurrent = deployment.Id == current,
            },
            DeploymentJson.ReadManifest(deployment.ManifestJson),
            log ?? string.Empty);
    }

    /// <summary>Whether the project has a good deployment of exactly this archive.</summary>
    public async Task<bool> WasDeployedAsync(Guid workspaceId, string name, string contentHash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Project>()
            .Where(p => p.WorkspaceId == workspaceId && p.Name == name)
            .Join(db.Set<Deployment>(), p => p.Id, d => d.ProjectId, (_, d) => d)
            .AnyAsync(d => d.ContentHash == contentHash && d.Status == DeploymentStatus.Succeeded, cancellationToken);
    }

    /// <returns>The Markdown of the current deployment's README, or null when there is none.</returns>
    public async Task<string?> ReadReadmeAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var current = await db.Set<Project>().Where(p => p.Id == projectId).Select(p => p.CurrentDeploymentId).FirstOrDefaultAsync(cancellationToken);
        if (current is not { } deploymentId)
        {
            return null;
        }

        var file = new FileInfo(Path.Combine(files.Source(projectId, deploymentId), "README.md"));
        return file is { Exists: true, Length: > 0 and <= MaxReadmeBytes } ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : null;
    }

    /// <returns>The archive as uploaded, or null when the project has no such deployment.</returns>
    public async Task<Stream?> OpenArchiveAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var path = files.Archive(projectId, deploymentId);
        return await db.Set<Deployment>().AnyAsync(d => d.Id == deploymentId && d.ProjectId == projectId, cancellationToken) && File.Exists(path)
            ? File.OpenRead(path)
            : null;
    }

    private async Task<List<ProjectRow>> ReadRowsAsync(Expression<Func<Project, bool>> which, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deployments = db.Set<Deployment>().AsNoTracking();
        var found = await db.Set<Project>().AsNoTracking().Where(which).OrderBy(p => p.Name)
            .Select(p => new
            {
                Project = p,
                ManifestJson = deployments.Where(d => d.Id == p.CurrentDeploymentId).Select(d => d.ManifestJson).FirstOrDefault(),
                Last = deployments.Where(d => d.ProjectId == p.Id).OrderByDescending(d => d.Number)
                    .Select(d => new LastDeployment(d.Id, d.Number, d.Status, d.CreatedAt, d.FinishedAt)).FirstOrDefault(),
            })
            .ToListAsync(cancellationToken);
        return found.ConvertAll(row =>
        {
            var manifest = DeploymentJson.ReadManifest(row.ManifestJson);
            return new ProjectRow
            {
                Id = row.Project.Id,
                Name = row.Project.Name,
                Language = row.Project.Language,
                CurrentDeploymentId = row.Project.CurrentDeploymentId,
                Settings = manifest?.Settings,
                Apis = manifest?.Apis ?? [],
                LastDeployment = row.Last,
            };
        });
    }

    private static async Task<DeployedProject> GetDeploymentAsync(
        AppDbContext db, Project project, Guid deploymentId, CancellationToken cancellationToken)
    {
        var deployment = await db.Set<Deployment>().AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == project.Id, cancellationToken)
            ?? throw RequestException.NotFound("The deployment");
        return new DeployedProject(
            project, deployment.Id, deployment.Language, DeploymentJson.ReadManifest(deployment.ManifestJson) ?? new DeploymentManifest());
    }
}
