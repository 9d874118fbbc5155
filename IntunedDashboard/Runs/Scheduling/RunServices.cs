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
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>One pass.</summary>
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SweepUntilAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Also when the start of the server fails, which must not look like a fault of this service.
        }
    }

    private async Task SweepUntilAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (!node.IsAlone)
                {
                    await recovery.HandBackIdleAsync(stoppingToken);
                }

                if (await SweepAsync(stoppingToken) is > 0 and var queued)
                {
                    logger.Requeued(queued);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                logger.SweepFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
