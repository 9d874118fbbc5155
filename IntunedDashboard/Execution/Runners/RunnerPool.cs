using IntunedDashboard.Execution.Processes;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution.Runners;

/// <summary>
/// Keeps runner processes ready: fresh ones of the languages in use, and tidy ones that have run a deployment's code for the same
/// deployment again (docs/decisions/0011). Safe for concurrent use.
/// </summary>
internal sealed class RunnerPool(
    EngineWorkspace workspace, EngineLimits limits, IOptions<NodeOptions> options, ILogger<RunnerPool> logger)
    : IAsyncDisposable
{
    /// <summary>The process that would be taken instead has to connect to the browser and load the project's dependencies first.</summary>
    private static readonly TimeSpan TidyPatience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RefillDelay = TimeSpan.FromMilliseconds(150);

    private readonly Lock _gate = new();
    private readonly List<RunnerProcess> _fresh = [];
    private readonly LinkedList<RunnerProcess> _used = [];
    private readonly Dictionary<RunnerProcess, Task> _tidying = [];
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closing = new();
    private RunnerLaunch? _wanted;
    private int _busy;
    private bool _isRefilling;

    /// <summary>How many fresh ones to keep. One that is busy stands for one of them, because the slots bound both: so starting one, which
    /// costs a third of a processor's second, seldom happens beside an attempt. One for the next attempt is always wanted.</summary>
    private int Wanted => Math.Min(limits.MostReady, Math.Max(1, options.Value.BrowserSlots - _busy));

    /// <summary>Of all languages together.</summary>
    private int MostKept => 2 * Math.Min(options.Value.BrowserSlots, limits.MostReady);

    /// <summary>Starts filling up in the background.</summary>
    public void Warm(RunnerLaunch launch) => Refill(launch, TimeSpan.Zero);

    /// <exception cref="InvalidOperationException">No process could be started.</exception>
    public async Task<RunnerProcess> AcquireAsync(RunnerLaunch launch, string buildDirectory, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        var process = await TakeAsync(launch, buildDirectory, cancellationToken);
        Interlocked.Increment(ref _busy);
        return process;
    }

    /// <summary>Takes a process back. It is used again when it says in time that its last attempt left nothing behind; otherwise it
    /// and everything it started ends.</summary>
    public void Return(RunnerProcess process, string attemptFolder, bool mayBeReused)
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

                Interlocked.Decrement(ref _busy);
                Refill(launch: null, RefillDelay);
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
        RunnerProcess[] idle;
        lock (_gate)
        {
            idle = [.. _fresh, .. _used];
            _fresh.Clear();
            _used.Clear();
        }

        await Task.WhenAll(idle.Select(p => p.DisposeAsync().AsTask()));
    }

    private async Task<RunnerProcess> TakeAsync(RunnerLaunch launch, string buildDirectory, CancellationToken cancellationToken)
    {
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

        var fresh = TakeFresh(launch);
        Refill(launch, RefillDelay);
        return fresh ?? await RunnerProcess.StartAsync(launch, workspace, limits, cancellationToken);
    }

    private RunnerProcess? TakeUsed(string buildDirectory)
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

    private RunnerProcess? TakeFresh(RunnerLaunch launch)
    {
        lock (_gate)
        {
            foreach (var dead in _fresh.Where(p => p.HasExited).ToArray())
            {
                _fresh.Remove(dead);
                _background.Add(() => dead.DisposeAsync().AsTask());
            }

            var taken = _fresh.Find(p => p.Launch.Key == launch.Key);
            if (taken is not null)
            {
                _fresh.Remove(taken);
            }

            return taken;
        }
    }

    private async Task<bool> IsTidyAsync(RunnerProcess process)
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

    private async Task KeepAsync(RunnerProcess process)
    {
        RunnerProcess? superfluous = null;
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

    /// <summary>The languages share the room: whichever was asked for last has the processes kept ready.</summary>
    /// <param name="launch">Null: as before.</param>
    private void Refill(RunnerLaunch? launch, TimeSpan delay)
    {
        lock (_gate)
        {
            _wanted = launch ?? _wanted;
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
            while (NextToStart() is { } launch)
            {
                var process = await RunnerProcess.StartAsync(launch, workspace, limits, _closing.Token);
                lock (_gate)
                {
                    _fresh.Add(process);
                    if (_fresh.Count > MostKept)
                    {
                        var oldest = _fresh[0];
                        _fresh.RemoveAt(0);
                        _background.Add(() => oldest.DisposeAsync().AsTask());
                    }
                }
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _isRefilling = false;
            }

            if (e is RunnerUnavailableException or System.ComponentModel.Win32Exception or IOException)
            {
                // The next attempt tries again and reports it.
                ExecutionLog.RunnerFailed(logger, e);
            }
            else if (e is not OperationCanceledException)
            {
                throw;
            }
        }
    }

    /// <summary>Ends the refill when there is nothing more to start, in one step: what is wanted in between would not be started.</summary>
    private RunnerLaunch? NextToStart()
    {
        lock (_gate)
        {
            var next = !_closing.IsCancellationRequested && _fresh.Count(p => !p.HasExited && p.Launch.Key == _wanted?.Key) < Wanted ? _wanted : null;
            _isRefilling = next is not null;
            return next;
        }
    }
}
