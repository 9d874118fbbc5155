using IntunedDashboard.Execution.Processes;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution.Node;

/// <summary>
/// Keeps runner processes ready: fresh ones for any deployment, and tidy ones that have run a deployment's code for the same
/// deployment again (docs/decisions/0011). Safe for concurrent use.
/// </summary>
internal sealed class NodeProcessPool(
    NodeRuntime runtime, EngineWorkspace workspace, EngineLimits limits, IOptions<NodeOptions> options, ILogger<NodeProcessPool> logger)
    : IAsyncDisposable
{
    private const int MostReady = 4;

    private static readonly TimeSpan TidyPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RefillDelay = TimeSpan.FromMilliseconds(150);

    private readonly Lock _gate = new();
    private readonly List<NodeProcess> _fresh = [];
    private readonly LinkedList<NodeProcess> _used = [];
    private readonly Dictionary<NodeProcess, Task> _tidying = [];
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closing = new();
    private bool _isRefilling;

    private int Ready => Math.Min(options.Value.BrowserSlots, MostReady);

    /// <summary>Starts filling up in the background.</summary>
    public void Warm() => Refill(TimeSpan.Zero);

    /// <exception cref="InvalidOperationException">No process could be started.</exception>
    public async Task<NodeProcess> AcquireAsync(string buildDirectory, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (TakeUsed(buildDirectory) is { } known)
        {
            return known;
        }

        if (TidyingFor(buildDirectory) is { } tidying)
        {
            await Task.WhenAny(tidying, Task.Delay(TidyPatience, cancellationToken));
            if (TakeUsed(buildDirectory) is { } tidied)
            {
                return tidied;
            }
        }

        var fresh = TakeFresh();
        Refill(RefillDelay);
        return fresh ?? await NodeProcess.StartAsync(runtime, workspace, limits, cancellationToken);
    }

    /// <summary>Takes a process back. It is used again when it says in time that its last attempt left nothing behind; otherwise it
    /// and everything it started ends.</summary>
    public void Return(NodeProcess process, string attemptFolder, bool mayBeReused)
    {
        var over = new TaskCompletionSource();
        lock (_gate)
        {
            _tidying[process] = over.Task;
        }

        _background.Add(async () =>
        {
            try
            {
                if (mayBeReused && await IsTidyAsync(process))
                {
                    workspace.DeleteFolder(attemptFolder);
                    await KeepAsync(process);
                }
                else
                {
                    await process.DisposeAsync();
                }
            }
            finally
            {
                lock (_gate)
                {
                    _tidying.Remove(process);
                }

                over.SetResult();
            }
        });
    }

    /// <summary>Waits until every returned process is ready again or gone, and the pool is full.</summary>
    public Task SettleAsync() => _background.DrainAsync();

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        await SettleAsync();
        NodeProcess[] idle;
        lock (_gate)
        {
            idle = [.. _fresh, .. _used];
            _fresh.Clear();
            _used.Clear();
        }

        await Task.WhenAll(idle.Select(p => p.DisposeAsync().AsTask()));
    }

    private NodeProcess? TakeUsed(string buildDirectory)
    {
        lock (_gate)
        {
            foreach (var dead in _used.Where(p => p.HasExited).ToArray())
            {
                _used.Remove(dead);
                _background.Add(() => dead.DisposeAsync().AsTask());
            }

            var found = _used.LastOrDefault(p => p.BuildDirectory == buildDirectory);
            if (found is not null)
            {
                _used.Remove(found);
            }

            return found;
        }
    }

    private Task? TidyingFor(string buildDirectory)
    {
        lock (_gate)
        {
            return _tidying.FirstOrDefault(t => t.Key.BuildDirectory == buildDirectory).Value;
        }
    }

    private NodeProcess? TakeFresh()
    {
        lock (_gate)
        {
            foreach (var dead in _fresh.Where(p => p.HasExited).ToArray())
            {
                _fresh.Remove(dead);
                _background.Add(() => dead.DisposeAsync().AsTask());
            }

            var taken = _fresh.FirstOrDefault();
            if (taken is not null)
            {
                _fresh.Remove(taken);
            }

            return taken;
        }
    }

    private async Task<bool> IsTidyAsync(NodeProcess process)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        patience.CancelAfter(limits.TidyUp);
        try
        {
            await foreach (var message in process.Messages.ReadAllAsync(patience.Token))
            {
                if (message.Type != "idle")
                {
                    continue;
                }

                if (!message.Reusable)
                {
                    ExecutionLog.RunnerNotReusable(logger, process.Pid, message.Reason ?? string.Empty);
                }

                return message.Reusable && !process.IsWorn;
            }
        }
        catch (OperationCanceledException)
        {
            // Too late to be worth keeping.
        }

        return false;
    }

    private async Task KeepAsync(NodeProcess process)
    {
        NodeProcess? superfluous = null;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested)
            {
                superfluous = process;
            }
            else
            {
                _used.AddLast(process);
                if (_used.Count > options.Value.BrowserSlots)
                {
                    superfluous = _used.First!.Value;
                    _used.RemoveFirst();
                }
            }
        }

        if (superfluous is not null)
        {
            await superfluous.DisposeAsync();
        }
    }

    private void Refill(TimeSpan delay)
    {
        lock (_gate)
        {
            if (_isRefilling || _closing.IsCancellationRequested)
            {
                return;
            }

            _isRefilling = true;
        }

        _background.Add(() => RefillAsync(delay));
    }

    private async Task RefillAsync(TimeSpan delay)
    {
        try
        {
            // The attempt that has just taken a process needs the processor more.
            await Task.Delay(delay, _closing.Token);
            while (IsShort())
            {
                var process = await NodeProcess.StartAsync(runtime, workspace, limits, _closing.Token);
                lock (_gate)
                {
                    _fresh.Add(process);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
        {
            // The next attempt tries again and reports it.
            ExecutionLog.RunnerFailed(logger, e);
        }
        finally
        {
            lock (_gate)
            {
                _isRefilling = false;
            }
        }
    }

    private bool IsShort()
    {
        lock (_gate)
        {
            return _fresh.Count(p => !p.HasExited) < Ready && !_closing.IsCancellationRequested;
        }
    }
}
