using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Quartz;

namespace IntunedDashboard.Runs.Scheduling;

/// <summary>Puts in order what gone nodes left, before the scheduler starts.</summary>
public sealed class RunRecoveryService(RunRecovery recovery, NodeHeartbeat nodes) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => recovery.RecoverAsync(nodes.GoneAtStart, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>
/// Gives the scheduler's database a write-ahead log before the scheduler opens it; SQLite remembers that in the file. Without one, each
/// of the three commits between a request and its Run waits several times for the disk.
/// </summary>
public sealed class SchedulerDatabase(DashboardPaths paths) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(SchedulingModule.ConnectionString(paths));
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>
/// On stop: takes no new work, lets running attempts go on for <see cref="NodeOptions.DrainTimeout"/>, then stops them and hands
/// their Runs back.
/// </summary>
public sealed class RunDrain(ISchedulerFactory schedulers, RunCancellations running, IOptions<NodeOptions> options, TimeProvider clock)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        await scheduler.Standby(cancellationToken);
        await Task.WhenAny(running.WhenIdleAsync(), Task.Delay(options.Value.DrainTimeout, clock, cancellationToken));
        running.StopAll();
        await Task.WhenAny(running.WhenIdleAsync(), Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken));
    }
}

/// <summary>
/// Queues waiting Runs whose trigger was lost, for example between the two databases of a crash. Runs of a JobRun have no trigger.
/// </summary>
public sealed class RunSweeper(
    IDbContextFactory<AppDbContext> contexts, RunScheduler scheduler, RunRecovery recovery, ThisNode node, TimeProvider clock, ILogger<RunSweeper> logger)
    : PeriodicService(TimeSpan.FromSeconds(30), clock, isDoneAtStart: true)
{
    /// <returns>How many Runs were queued.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = await db.Set<Run>().AsNoTracking()
            .Where(r => r.FinishedAt == null && r.ClaimToken == null && r.DependencyOfRunId == null && r.JobRunId == null
                && (r.Status == RunStatus.Pending || r.Status == RunStatus.Started))
            .OrderBy(r => r.Seq)
            .Select(r => new { r.Id, r.Priority })
            .ToListAsync(cancellationToken);
        var queued = 0;
        foreach (var run in waiting)
        {
            if (!await scheduler.IsQueuedAsync(run.Id, cancellationToken))
            {
                await scheduler.EnqueueAsync(run.Id, run.Priority, cancellationToken);
                queued++;
            }
        }

        return queued;
    }

    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        if (!node.IsAlone)
        {
            await recovery.HandBackIdleAsync(cancellationToken);
        }

        if (await SweepAsync(cancellationToken) is > 0 and var queued)
        {
            logger.Requeued(queued);
        }
    }

    protected override void Report(Exception fault) => logger.SweepFailed(fault);
}
