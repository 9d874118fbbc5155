using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Building;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>Deletes from this node's projects folder, each hour, what nothing stands for any more.</summary>
public sealed class ProjectFileSweeper(
    IDbContextFactory<AppDbContext> contexts,
    DeploymentFiles files,
    DeploymentShare share,
    ModuleCache modules,
    TimeProvider clock,
    ILogger<ProjectFileSweeper> logger) : PeriodicService(TimeSpan.FromHours(1), clock)
{
    /// <summary>Longer than any upload or build takes, which work on files that nothing stands for yet.</summary>
    private static readonly TimeSpan Unclaimed = TimeSpan.FromDays(1);

    /// <summary>What a node fetched is likely to be needed again; what it has not needed for so long can be fetched once more.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromDays(7);

    /// <summary>Deletes what belongs to no deployment: uploads, folders, packages.</summary>
    /// <param name="before">Only what was written or used no later.</param>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        files.Sweep(await db.Set<Deployment>().ToDictionaryAsync(d => d.Id, d => d.ProjectId, cancellationToken), before);
        modules.Sweep(before);
    }

    /// <summary>One pass while others work.</summary>
    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        await share.DropCopiesAsync(Clock.GetUtcNow() - Unused, cancellationToken);
        await SweepAsync(Clock.GetUtcNow() - Unclaimed, cancellationToken);
    }

    protected override void Report(Exception fault) => logger.SweepFailed(fault);
}
