using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Reading;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

public sealed record DeploymentStarted(Guid ProjectId, Guid DeploymentId, int Number);

/// <summary>Writes of deployments.</summary>
public sealed class DeploymentCommands(
    IDbContextFactory<AppDbContext> contexts,
    ArchiveIntake intake,
    DeploymentFiles files,
    ProjectQueries queries,
    DeploymentBuilder builder,
    DeploymentQueue queue,
    DeploymentActivation activation,
    IEnumerable<IProjectActivity> activities,
    ThisNode node,
    INamedLocks locks,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<DeploymentCommands> logger) : IDisposable
{
    private const string Interrupted = "deployment-interrupted";

    /// <summary>Projects and numbers are given out one at a time; receiving and building go on beside it.</summary>
    private readonly SemaphoreSlim _registering = new(1);

    /// <summary>
    /// Receives a zip or tar.gz of a project's directory, makes the project when it is new, and builds in the background. The current
    /// deployment serves until the new one has succeeded.
    /// </summary>
    /// <param name="origin">What the archive was made from, for people; null for an upload.</param>
    /// <exception cref="RequestException">The archive or the name is refused; nothing is left behind.</exception>
    public async Task<DeploymentStarted> DeployAsync(
        Actor actor, Guid workspaceId, string projectName, Stream upload, CancellationToken cancellationToken, string? origin = null)
    {
        actor.Require(Role.Developer);
        if (!SettingsReader.IsProjectName(projectName))
        {
            throw RequestException.Invalid("projectName", ProjectCommands.NameRule);
        }

        using var received = await intake.ReceiveAsync(upload, cancellationToken);
        var started = await RegisterAsync(actor, workspaceId, projectName, received, origin, cancellationToken);
        queue.Enqueue(started.ProjectId, started.DeploymentId, token => builder.BuildAsync(started.ProjectId, started.DeploymentId, token));
        signals.Publish(LiveTopics.Deployments(started.ProjectId));
        signals.Publish(LiveTopics.Projects);
        return started;
    }

    /// <summary>Builds an earlier deployment's archive again.</summary>
    /// <exception cref="RequestException">No such deployment.</exception>
    public async Task<DeploymentStarted> RedeployAsync(Actor actor, Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var (project, deployment) = await FindAsync(projectId, deploymentId, cancellationToken);

        // It is not kept when its node went before it could put it where others find it.
        await using var archive = await queries.OpenArchiveAsync(projectId, deploymentId, cancellationToken)
            ?? throw RequestException.Conflict($"The archive of deployment #{deployment.Number} is not kept. Deploy it from your files again.");
        return await DeployAsync(
            actor, project.WorkspaceId, project.Name, archive, cancellationToken, $"Again from #{deployment.Number}");
    }

    /// <summary>Makes a good deployment the current one, as it was built. Runs in flight keep theirs.</summary>
    /// <exception cref="RequestException">No such deployment, it failed, or another one is being built.</exception>
    public async Task ActivateAsync(Actor actor, Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var (project, deployment) = await FindAsync(projectId, deploymentId, cancellationToken);
        if (deployment.Status != DeploymentStatus.Succeeded)
        {
            throw RequestException.Conflict($"Deployment #{deployment.Number} did not succeed, so it cannot serve Runs.");
        }

        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var building = await db.Set<Deployment>()
                .Where(d => d.ProjectId == projectId && (d.Status == DeploymentStatus.Pending || d.Status == DeploymentStatus.Building))
                .Select(d => (int?)d.Number)
                .FirstOrDefaultAsync(cancellationToken);
            if (building is not null)
            {
                throw RequestException.Conflict($"Deployment #{building} is being built and would become current after this one. Wait for it.");
            }
        }

        // It is done whole, whether or not the caller still listens.
        await queue.RunInOrderAsync(
            projectId, () => activation.ActivateAsync(actor, projectId, deploymentId, deployment.Language, CancellationToken.None));
        logger.DeploymentActivated(deployment.Number, project.Name, actor.Name);
    }

    /// <summary>Takes the project out of service: no Run can be started. Deployments, sessions and Runs stay.</summary>
    public async Task UndeployAsync(Actor actor, Guid projectId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        await queue.RunInOrderAsync(projectId, async () =>
        {
            await db.Set<Project>().Where(p => p.Id == projectId).ExecuteUpdateAsync(
                p => p.SetProperty(x => x.CurrentDeploymentId, (Guid?)null).SetProperty(x => x.UpdatedAt, now), CancellationToken.None);
            foreach (var activity in activities)
            {
                await activity.UndeployAsync(projectId, CancellationToken.None);
            }
        });
        logger.ProjectUndeployed(project.Name, actor.Name);
        signals.Publish(LiveTopics.Project(projectId));
        signals.Publish(LiveTopics.Deployments(projectId));
        signals.Publish(LiveTopics.Projects);
    }

    /// <summary>Puts an undeployed project back into service, with the deployment that served last.</summary>
    /// <exception cref="RequestException">It is deployed, or nothing was ever deployed with success.</exception>
    public async Task EnableAsync(Actor actor, Guid projectId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        if (project.CurrentDeploymentId is not null)
        {
            throw RequestException.Conflict($"Project {project.Name} is deployed already.");
        }

        var last = await db.Set<Deployment>()
            .Where(d => d.ProjectId == projectId && d.Status == DeploymentStatus.Succeeded)
            .OrderByDescending(d => d.ActivatedAt)
            .ThenByDescending(d => d.Number)
            .Select(d => (Guid?)d.Id)
            .FirstOrDefaultAsync(cancellationToken);
        await ActivateAsync(
            actor,
            projectId,
            last ?? throw RequestException.Conflict($"Project {project.Name} has no deployment that succeeded."),
            cancellationToken);
    }

    /// <summary>Marks deployments that were being built by nodes that are gone.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RecoverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        var (ids, all) = (gone.Ids, gone.IsEverybodyElse);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var theirs = db.Set<Deployment>()
            .Where(d => (d.Status == DeploymentStatus.Pending || d.Status == DeploymentStatus.Building)
                && (all || d.NodeId == null || ids.Contains(d.NodeId)));
        var interrupted = await theirs.AsNoTracking().Select(d => new { d.Id, d.ProjectId }).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var diagnosticsJson = DeploymentJson.Write(
            [new Diagnostic(string.Empty, 0, 0, DiagnosticSeverity.Error, Interrupted, "The platform stopped during this deployment. Deploy again.")]);

        // A node that only seemed dead may make its deployment the current one at this moment: each row is decided by one statement.
        foreach (var deployment in interrupted)
        {
            var its = theirs.Where(d => d.Id == deployment.Id);
            var failed = await its.Where(d => d.ActivatedAt == null).ExecuteUpdateAsync(
                d => d.SetProperty(x => x.Status, DeploymentStatus.Failed)
                    .SetProperty(x => x.FinishedAt, now)
                    .SetProperty(x => x.DiagnosticsJson, diagnosticsJson),
                cancellationToken);
            if (failed == 1)
            {
                files.KeepArchiveOnly(deployment.ProjectId, deployment.Id);
            }

            // It had become current already; what it defines as code is still pending.
            await its.Where(d => d.ActivatedAt != null).ExecuteUpdateAsync(
                d => d.SetProperty(x => x.Status, DeploymentStatus.Succeeded).SetProperty(x => x.FinishedAt, now), cancellationToken);
        }

        foreach (var projectId in interrupted.Select(d => d.ProjectId).Distinct())
        {
            signals.Publish(LiveTopics.Deployments(projectId));
        }

        return interrupted.Count;
    }

    public void Dispose() => _registering.Dispose();

    private async Task<(Project Project, Deployment Deployment)> FindAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken);
        var deployment = await db.Set<Deployment>().AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == projectId, cancellationToken);
        return project is null || deployment is null ? throw RequestException.NotFound("The deployment") : (project, deployment);
    }

    private async Task<DeploymentStarted> RegisterAsync(
        Actor actor, Guid workspaceId, string projectName, ReceivedArchive received, string? origin, CancellationToken cancellationToken)
    {
        await _registering.WaitAsync(cancellationToken);
        try
        {
            await using var turn = await locks.TakeAsync("register-deployment", cancellationToken);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var now = clock.GetUtcNow();
            var project = await db.Set<Project>().FirstOrDefaultAsync(p => p.WorkspaceId == workspaceId && p.Name == projectName, cancellationToken);
            if (project is null)
            {
                project = new Project
                {
                    Id = Guid.NewGuid(),
                    WorkspaceId = workspaceId,
                    Name = projectName,
                    Language = received.Language,
                    CreatedAt = now,
                    UpdatedAt = now,
                };
                db.Add(project);
            }

            var last = await db.Set<Deployment>().Where(d => d.ProjectId == project.Id).MaxAsync(d => (int?)d.Number, cancellationToken) ?? 0;
            var deployment = new Deployment
            {
                Id = Guid.NewGuid(),
                Number = last + 1,
                ProjectId = project.Id,
                Status = DeploymentStatus.Pending,
                Language = received.Language,
                ContentHash = received.ContentHash,
                DeployedBy = actor.Name,
                NodeId = node.Id,
                Origin = origin,
                CreatedAt = now,
            };
            db.Add(deployment);
            var directory = files.Directory(project.Id, deployment.Id);
            received.MoveTo(directory);
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch
            {
                files.Delete(directory);
                throw;
            }

            return new DeploymentStarted(project.Id, deployment.Id, deployment.Number);
        }
        finally
        {
            _registering.Release();
        }
    }
}
