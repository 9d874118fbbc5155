namespace IntunedDashboard.Runs.Scheduling;

/// <summary>
/// The node's places for Runs with a browser. Whoever waits with the highest priority gets the next one, among equals whoever came
/// first. Safe for concurrent use.
/// </summary>
public sealed class BrowserSlots(int count)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource<IDisposable>, (int Priority, long Order)> _waiting = new();
    private int _free = count;
    private long _order;

    public int Count { get; } = count;

    public int Used
    {
        get
        {
            lock (_gate)
            {
                return Count - _free;
            }
        }
    }

    /// <summary>How many wait for a place now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.UnorderedItems.Count(w => !w.Element.Task.IsCompleted);
            }
        }
    }

    /// <summary>Dispose to give the place back.</summary>
    public Task<IDisposable> TakeAsync(RunPriority priority, CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return Task.FromResult<IDisposable>(new Slot(this));
            }

            _waiting.Enqueue(place, (-(int)priority, _order++));
        }

        return WaitAsync(place, cancellationToken);
    }

    private static async Task<IDisposable> WaitAsync(TaskCompletionSource<IDisposable> place, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        return await place.Task;
    }

    private void Release()
    {
        lock (_gate)
        {
            // Those who went away while they waited are passed over.
            while (_waiting.TryDequeue(out var next, out _))
            {
                if (next.TrySetResult(new Slot(this)))
                {
                    return;
                }
            }

            _free++;
        }
    }

    private sealed class Slot(BrowserSlots owner) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                owner.Release();
            }
        }
    }
}
