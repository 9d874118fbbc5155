namespace IntunedDashboard.Execution.Browsers;

/// <summary>
/// Browsers that are ready, and leases that wait for one. Whatever is launched goes to whoever waits first, no matter for whom it was
/// launched; as many launches as there are waiting leases are under way at least. Safe for concurrent use.
/// </summary>
internal sealed class BrowserQueue
{
    private readonly Lock _gate = new();
    private readonly List<BrowserProcess> _ready = [];
    private readonly Queue<TaskCompletionSource<BrowserProcess>> _waiting = new();
    private int _launching;

    /// <summary>How many are ready, or are being launched without anybody waiting for them.</summary>
    public int Spare
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count(b => b.IsAlive) + Math.Max(0, _launching - Waiting);
            }
        }
    }

    public bool IsWaitedFor
    {
        get
        {
            lock (_gate)
            {
                return Waiting > 0;
            }
        }
    }

    /// <summary>Whoever gave up keeps a place in the queue until it is passed over.</summary>
    private int Waiting => _waiting.Count(w => !w.Task.IsCompleted);

    public BrowserProcess? TakeReady()
    {
        lock (_gate)
        {
            var taken = _ready.Find(b => b.IsAlive);
            if (taken is not null)
            {
                _ready.Remove(taken);
            }

            return taken;
        }
    }

    /// <returns>All that are ready.</returns>
    public BrowserProcess[] TakeAll()
    {
        lock (_gate)
        {
            BrowserProcess[] taken = [.. _ready];
            _ready.Clear();
            return taken;
        }
    }

    /// <summary>One that is ready, or the next one that is launched and that nobody has waited for longer.</summary>
    /// <param name="launch">Called when too few launches are under way. The new one is counted already, and must not run here.</param>
    public async Task<BrowserProcess> TakeAsync(Action launch, CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource<BrowserProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (TakeReady() is { } ready)
            {
                return ready;
            }

            _waiting.Enqueue(place);
            if (_launching < Waiting)
            {
                _launching++;
                launch();
            }
        }

        await using var registration = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        return await place.Task;
    }

    /// <summary>Each launch ends with <see cref="Give"/> or <see cref="Refuse"/>.</summary>
    public void BeginLaunch()
    {
        lock (_gate)
        {
            _launching++;
        }
    }

    /// <returns>Whether nobody waited, so that it is ready now.</returns>
    public bool Give(BrowserProcess browser)
    {
        lock (_gate)
        {
            _launching--;
            while (_waiting.TryDequeue(out var place))
            {
                if (place.TrySetResult(browser))
                {
                    return false;
                }
            }

            _ready.Add(browser);
            return true;
        }
    }

    /// <summary>A launch failed: whoever waits first is told.</summary>
    public void Refuse(Exception fault)
    {
        lock (_gate)
        {
            _launching--;
            while (_waiting.TryDequeue(out var place) && !place.TrySetException(fault))
            {
                // Whoever went away while they waited is passed over.
            }
        }
    }

    /// <returns>Whether it was ready.</returns>
    public bool Remove(BrowserProcess browser)
    {
        lock (_gate)
        {
            return _ready.Remove(browser);
        }
    }
}
