using System.Globalization;
using System.Linq.Expressions;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>A deployment as Runs and forms need it.</summary>
public sealed record DeployedProject(Project Project, Guid DeploymentId, string Language, DeploymentManifest Manifest)
{
    /// <summary>Encrypted: the proxy of its settings file.</summary>
    public string? ProtectedProxy { get; init; }

    /// <summary>Encrypted: the sink of its settings file for Jobs that have none.</summary>
    public string? ProtectedDefaultSink { get; init; }
}

public sealed class ProjectQueries(IDbContextFactory<AppDbContext> contexts, DeploymentFiles files, DeploymentShare share)
{
    private const int MaxReadmeBytes = 256 * 1024;

    /// <summary>The deployment that was read last. One that has succeeded never changes, and the Runs of a JobRun all ask for the same.</summary>
    private DeployedProject? _last;

    /// <summary>Manifests are large, and lists need none.</summary>
    private static readonly Expression<Func<Deployment, Deployment>> WithoutManifest = d => new Deployment
    {
        Id = d.Id,
        Number = d.Number,
        ProjectId = d.ProjectId,
        Status = d.Status,
        Language = d.Language,
        ContentHash = d.ContentHash,
        DeployedBy = d.DeployedBy,
        CreatedAt = d.CreatedAt,
        FinishedAt = d.FinishedAt,
        DiagnosticsJson = d.DiagnosticsJson,
        Origin = d.Origin,
        ActivatedAt = d.ActivatedAt,
        ActivatedBy = d.ActivatedBy,
    };

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
            .Select(WithoutManifest)
            .ToListAsync(cancellationToken);
        var rows = found.Take(pageSize).Select(d => ToRow(d, current)).ToArray();
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
        return deployment is null
            ? null
            : new DeploymentDetail(
                ToRow(deployment, current),
                DeploymentJson.ReadManifest(deployment.ManifestJson),
                DeploymentJson.ReadResources(deployment.ResourcesJson),
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

    /// <summary>Whether the project's newest deployment is of exactly this archive, however it ended.</summary>
    public async Task<bool> IsLastDeployedAsync(Guid workspaceId, string name, string contentHash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Project>()
            .Where(p => p.WorkspaceId == workspaceId && p.Name == name)
            .Join(db.Set<Deployment>(), p => p.Id, d => d.ProjectId, (_, d) => d)
            .OrderByDescending(d => d.Number)
            .Select(d => d.ContentHash)
            .FirstOrDefaultAsync(cancellationToken) == contentHash;
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

        await share.EnsureAsync(projectId, deploymentId, cancellationToken);
        var file = new FileInfo(Path.Combine(files.Source(projectId, deploymentId), "README.md"));
        return file is { Exists: true, Length: > 0 and <= MaxReadmeBytes } ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : null;
    }

    /// <returns>The archive as uploaded, or null when the project has no such deployment.</returns>
    public async Task<Stream?> OpenArchiveAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<Deployment>().AnyAsync(d => d.Id == deploymentId && d.ProjectId == projectId, cancellationToken))
        {
            return null;
        }

        await share.EnsureAsync(projectId, deploymentId, cancellationToken);
        var path = files.Archive(projectId, deploymentId);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }

    /// <summary>The settings file of a deployment and the folder it lies in.</summary>
    /// <exception cref="RequestException">Of a failed deployment only the archive is kept.</exception>
    public async Task<(string Directory, string SettingsFile)> FindSourceAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await share.EnsureAsync(projectId, deploymentId, cancellationToken);
        var source = files.Source(projectId, deploymentId);
        if (!Directory.Exists(source))
        {
            throw RequestException.Conflict("The files of this deployment are not kept any more.");
        }

        return (source, ProjectRoot.Find(source).SettingsFile);
    }

    private static DeploymentRow ToRow(Deployment deployment, Guid? current) => new()
    {
        Id = deployment.Id,
        Number = deployment.Number,
        Status = deployment.Status,
        Language = deployment.Language,
        DeployedBy = deployment.DeployedBy,
        CreatedAt = deployment.CreatedAt,
        FinishedAt = deployment.FinishedAt,
        Origin = deployment.Origin,
        ActivatedAt = deployment.ActivatedAt,
        ActivatedBy = deployment.ActivatedBy,
        Diagnostics = DeploymentJson.ReadDiagnostics(deployment.DiagnosticsJson),
        IsCurrent = deployment.Id == current,
    };

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
                CanBeEnabled = p.CurrentDeploymentId == null && deployments.Any(d => d.ProjectId == p.Id && d.Status == DeploymentStatus.Succeeded),
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
                CanBeEnabled = row.CanBeEnabled,
            };
        });
    }

    private async Task<DeployedProject> GetDeploymentAsync(
        AppDbContext db, Project project, Guid deploymentId, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last && last.DeploymentId == deploymentId)
        {
            return last with { Project = project };
        }

        var deployment = await db.Set<Deployment>().AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == project.Id, cancellationToken)
            ?? throw RequestException.NotFound("The deployment");
        var manifest = DeploymentJson.ReadManifest(deployment.ManifestJson) ?? new DeploymentManifest();
        var deployed = new DeployedProject(project, deployment.Id, deployment.Language, manifest)
        {
            ProtectedProxy = deployment.ProtectedProxy,
            ProtectedDefaultSink = deployment.ProtectedDefaultSink,
        };
        if (deployment.Status == DeploymentStatus.Succeeded)
        {
            Volatile.Write(ref _last, deployed);
        }

        return deployed;
    }
}
