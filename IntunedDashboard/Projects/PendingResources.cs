using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>Does later what a deployment had to skip because it was in use, or what a stop of the program left undone.</summary>
public sealed class PendingResources(
    IDbContextFactory<AppDbContext> contexts,
    DeploymentActivation activation,
    DeploymentQueue queue,
    TimeProvider clock,
    ILogger<PendingResources> logger) : PeriodicService(TimeSpan.FromSeconds(5), clock)
{
    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var pending = await db.Set<Deployment>().AsNoTracking()
            .Where(d => d.ResourcesPending && d.Status == DeploymentStatus.Succeeded
                && db.Set<Project>().Any(p => p.Id == d.ProjectId && p.CurrentDeploymentId == d.Id))
            .Select(d => new { d.Id, d.ProjectId, d.DeployedBy })
            .ToListAsync(cancellationToken);
        foreach (var deployment in pending)
        {
            await queue.RunInOrderAsync(deployment.ProjectId, () => activation.ApplyAsync(
                Actor.System with { Name = deployment.DeployedBy }, deployment.ProjectId, deployment.Id, cancellationToken));
        }
    }

    protected override void Report(Exception fault) => logger.ResourcePassFailed(fault);
}
