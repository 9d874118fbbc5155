using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>Does later what a deployment had to skip because it was in use, or what a stop of the program left undone.</summary>
public sealed class PendingResources(
    IDbContextFactory<AppDbContext> contexts,
    DeploymentActivation activation,
    DeploymentQueue queue,
    TimeProvider clock,
    ILogger<PendingResources> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PassAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        try
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
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.ResourcePassFailed(fault);
        }
    }
}
