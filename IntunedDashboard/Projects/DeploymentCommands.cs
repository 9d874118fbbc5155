using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
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
    DeploymentBuilder builder,
    DeploymentQueue queue,
    ILiveSignals signals,
    TimeProvider clock) : IDisposable
{
    private const string Interrupted = "deployment-interrupted";

    /// <summary>Projects and numbers are given out one at a time; receiving and building go on beside it.</summary>
    private readonly SemaphoreSlim _registering = new(1);

    /// <summary>
    /// Receives a zip or tar.gz of a project's directory, makes the project when it is new, and builds in the background. The current
    /// deployment serves until the new one has succeeded.
    /// </summary>
    /// <exception cref="RequestException">The archive or the name is refused; nothing is left behind.</exception>
    public async Task<DeploymentStarted> DeployAsync(
        Actor actor, Guid workspaceId, string projectName, Stream upload, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        if (!SettingsReader.IsProjectName(projectName))
        {
            throw RequestException.Invalid(
                "projectName", "A project's name has letters, digits and single - or _ between them, 200 characters at most.");
        }

        using var received = await intake.ReceiveAsync(upload, cancellationToken);
        var started = await RegisterAsync(actor, workspaceId, projectName, received, cancellationToken);
        queue.Enqueue(started.ProjectId, started.DeploymentId, token => builder.BuildAsync(started.ProjectId, started.DeploymentId, token));
        signals.Publish(LiveTopics.Deployments(started.ProjectId));
        signals.Publish(LiveTopics.Projects);
        return started;
    }

    /// <summary>Marks deployments that the last stop or crash interrupted, and deletes the files it left. Call before the first
    /// deployment is accepted.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        intake.Sweep();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var interrupted = await db.Set<Deployment>()
            .Where(d => d.Status == DeploymentStatus.Pending || d.Status == DeploymentStatus.Building)
            .ToListAsync(cancellationToken);
        foreach (var deployment in interrupted)
        {
            deployment.Status = DeploymentStatus.Failed;
            deployment.FinishedAt = clock.GetUtcNow();
            deployment.DiagnosticsJson = DeploymentJson.Write(
                [new Diagnostic(string.Empty, 0, 0, DiagnosticSeverity.Error, Interrupted, "The platform stopped during this deployment. Deploy again.")]);
            files.KeepArchiveOnly(deployment.ProjectId, deployment.Id);
        }

        await db.SaveChangesAsync(cancellationToken);
        files.Sweep((await db.Set<Deployment>().Select(d => d.Id).ToListAsync(cancellationToken)).ToHashSet());
        return interrupted.Count;
    }

    public void Dispose() => _registering.Dispose();

    private async Task<DeploymentStarted> RegisterAsync(
        Actor actor, Guid workspaceId, string projectName, ReceivedArchive received, CancellationToken cancellationToken)
    {
        await _registering.WaitAsync(cancellationToken);
        try
        {
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
