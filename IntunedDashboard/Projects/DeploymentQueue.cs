using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects;

/// <summary>
/// Runs work on projects in the background: on one project strictly one after the other in the order it came, on different projects
/// at the same time up to a limit. Other nodes wait for the same project. Safe for concurrent use.
/// </summary>
public sealed class DeploymentQueue(INamedLocks locks, ILogger<DeploymentQueue> logger) : IDisposable
{
    private const int Parallel = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Lane> _lanes = [];
    private readonly SemaphoreSlim _slots = new(Parallel);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Queues a build. Its token ends when the program stops or the project is deleted.</summary>
    public void Enqueue(Guid projectId, Guid deploymentId, Func<CancellationToken, Task> build) => _ = Append(projectId, async token =>
    {
        try
        {
            await _slots.WaitAsync(token);
            try
            {
                await build(token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The project goes, or the next start marks the deployment as failed.
        }
        catch (Exception exception)
        {
            logger.DeploymentBrokeOff(exception, deploymentId, Platform.Ids.NewCorrelationId());
        }
    });

    /// <summary>Stops the project's builds, waits for them and does the work while nothing else happens to the project's files.</summary>
    public Task RunExclusiveAsync(Guid projectId, Func<Task> work) => Append(projectId, _ => work(), stopBuilds: true);

    /// <summary>Does the work when what was queued for the project before is done.</summary>
    public Task RunInOrderAsync(Guid projectId, Func<Task> work) => Append(projectId, _ => work());

    /// <summary>Stops everything and waits until it has stopped.</summary>
    public async Task StopAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _stopping.Cancel();
            running = _lanes.Values.Select(lane => lane.Tail).ToArray();
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _slots.Dispose();
    }

    private Task Append(Guid projectId, Func<CancellationToken, Task> work, bool stopBuilds = false)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue(projectId, out var lane))
            {
                _lanes[projectId] = lane = new Lane(_stopping.Token);
            }

            if (stopBuilds)
            {
                lane.Builds.Cancel();
                lane.Builds = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            }

            lane.Length++;
            return lane.Tail = RunAsync(projectId, lane, lane.Tail, work, lane.Builds.Token);
        }
    }

    private async Task RunAsync(Guid projectId, Lane lane, Task before, Func<CancellationToken, Task> work, CancellationToken token)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            await using var turn = await locks.TakeAsync($"project:{projectId}", token);
            await work(token);
        }
        finally
        {
            lock (_lock)
            {
                if (--lane.Length == 0)
                {
                    _lanes.Remove(projectId);
                    lane.Builds.Dispose();
                }
            }
        }
    }

    private sealed class Lane(CancellationToken stopping)
    {
        public Task Tail { get; set; } = Task.CompletedTask;

        public int Length { get; set; }

        public CancellationTokenSource Builds { get; set; } = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }
}
