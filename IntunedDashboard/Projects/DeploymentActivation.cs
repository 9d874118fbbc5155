using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>
/// Makes a good deployment the one that serves new Runs, with everything its files define. Runs in flight keep the deployment they
/// started with. Calls for one project must not overlap: they go through the project's lane of the <see cref="DeploymentQueue"/>.
/// </summary>
public sealed class DeploymentActivation(
    IDbContextFactory<AppDbContext> contexts,
    ProjectQueries projects,
    DeploymentFiles files,
    DeploymentShare share,
    IEnumerable<ICodeResources> resources,
    IEnumerable<IProjectActivity> activities,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<DeploymentActivation> logger)
{
    /// <returns>False when the project is gone, or the deployment has failed meanwhile because its node was taken for dead.</returns>
    public async Task<bool> ActivateAsync(Actor actor, Guid projectId, Guid deploymentId, string language, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

            // Whatever stops the program from here on, the resources are applied by the next pass over what is pending.
            var good = await db.Set<Deployment>().Where(d => d.Id == deploymentId && d.Status != DeploymentStatus.Failed).ExecuteUpdateAsync(
                d => d.SetProperty(x => x.ActivatedAt, now)
                    .SetProperty(x => x.ActivatedBy, actor.Name)
                    .SetProperty(x => x.ResourcesJson, (string?)null)
                    .SetProperty(x => x.ResourcesPending, true),
                cancellationToken);
            var found = good == 0 ? 0 : await db.Set<Project>().Where(p => p.Id == projectId).ExecuteUpdateAsync(
                p => p.SetProperty(x => x.CurrentDeploymentId, deploymentId)
                    .SetProperty(x => x.Language, language)
                    .SetProperty(x => x.UpdatedAt, now),
                cancellationToken);
            if (found == 0)
            {
                return false;
            }

            await transaction.CommitAsync(cancellationToken);
        }

        if (!(await projects.GetDeploymentAsync(projectId, deploymentId, cancellationToken)).Manifest.Settings.ApiAccessEnabled)
        {
            foreach (var activity in activities)
            {
                await activity.DisableApiAccessAsync(projectId, cancellationToken);
            }
        }

        try
        {
            await ApplyAsync(actor, projectId, deploymentId, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The deployment is good; its resources stay pending and are tried again.
            logger.ResourcePassFailed(fault);
        }

        return true;
    }

    /// <summary>Does what is left to do of a current deployment's resources.</summary>
    public async Task ApplyAsync(Actor actor, Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        var project = await projects.GetDeploymentAsync(projectId, deploymentId, cancellationToken);
        if (project.Project.CurrentDeploymentId != deploymentId)
        {
            return;
        }

        await share.EnsureAsync(projectId, deploymentId, cancellationToken);
        var changes = new Dictionary<CodeResourceKind, IReadOnlyList<ResourceChange>>();
        foreach (var kind in resources)
        {
            changes[kind.Kind] = await kind.ApplyAsync(actor, project, files.Source(projectId, deploymentId), cancellationToken);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deployment = await db.Set<Deployment>().FirstOrDefaultAsync(d => d.Id == deploymentId, cancellationToken);
        if (deployment is null)
        {
            return;
        }

        var before = DeploymentJson.ReadResources(deployment.ResourcesJson);
        var after = new DeploymentResources(
            Merge(before?.AuthSessions, changes.GetValueOrDefault(CodeResourceKind.AuthSessions)),
            Merge(before?.Jobs, changes.GetValueOrDefault(CodeResourceKind.Jobs)));
        deployment.ResourcesJson = DeploymentJson.Write(after);
        deployment.ResourcesPending = after.AuthSessions.Concat(after.Jobs).Any(c => c.Change == ResourceChanges.SkippedInUse);
        await db.SaveChangesAsync(cancellationToken);
        if (!deployment.ResourcesPending && before is not null)
        {
            logger.ResourcesCaughtUp(project.Project.Name, deployment.Number);
        }

        signals.Publish(LiveTopics.Deployments(projectId));
        signals.Publish(LiveTopics.Project(projectId));
        signals.Publish(LiveTopics.Projects);
    }

    /// <summary>What the deployment did stays told; only what it had to skip is replaced by what became of it.</summary>
    private static IReadOnlyList<ResourceChange> Merge(IReadOnlyList<ResourceChange>? before, IReadOnlyList<ResourceChange>? now)
    {
        if (before is null)
        {
            return now ?? [];
        }

        return before
            .Select(old => old.Change != ResourceChanges.SkippedInUse
                ? old
                : now?.FirstOrDefault(n => n.Id == old.Id) ?? new ResourceChange(old.Id, ResourceChanges.Deleted))
            .ToArray();
    }
}
