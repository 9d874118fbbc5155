namespace IntunedDashboard.Runs;

/// <summary>Reaches the Runs that execute in this process, to stop them. Safe for concurrent use.</summary>
public sealed class RunCancellations : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Registration> _running = new(StringComparer.Ordinal);

    /// <summary>Asked to stop between being claimed and being registered.</summary>
    private readonly HashSet<string> _askedEarly = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource? _idle;

    /// <summary>Cancelled when the server wants its Runs back.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Dispose when the Run has ended. The registration's token is cancelled with the outer one or by <see cref="Cancel"/>.</summary>
    public Registration Register(string runId, CancellationToken outer)
    {
        var registration = new Registration(this, runId, CancellationTokenSource.CreateLinkedTokenSource(outer, _stopping.Token));
        lock (_gate)
        {
            _running[runId] = registration;
            if (_askedEarly.Remove(runId))
            {
                registration.Ask();
            }
        }

        return registration;
    }

    /// <summary>Call this only for a Run that was claimed by this node and has not ended.</summary>
    public void Cancel(string runId)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(runId, out var registration))
            {
                registration.Ask();
            }
            else
            {
                _askedEarly.Add(runId);
            }
        }
    }

    public bool IsRunning(string runId)
    {
        lock (_gate)
        {
            return _running.ContainsKey(runId);
        }
    }

    /// <summary>Stops everything that runs and whatever would start from now on.</summary>
    public void StopAll() => _stopping.Cancel();

    /// <summary>Stops everything that runs now, because others may have taken it over.</summary>
    public void YieldAll()
    {
        lock (_gate)
        {
            foreach (var registration in _running.Values)
            {
                registration.Yield();
            }
        }
    }

    /// <summary>Completes as soon as nothing runs.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            return _running.Count == 0
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Dispose() => _stopping.Dispose();

    private void Remove(string runId, Registration registration)
    {
        lock (_gate)
        {
            // A Run that was taken for lost may be here again already.
            if (_running.TryGetValue(runId, out var last) && last == registration)
            {
                _running.Remove(runId);
            }

            if (_running.Count == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    public sealed class Registration(RunCancellations owner, string runId, CancellationTokenSource source) : IDisposable
    {
        public CancellationToken Token { get; } = source.Token;

        /// <summary>Whether somebody asked for this very Run, rather than for everything, to stop.</summary>
        public bool WasAsked { get; private set; }

        /// <summary>Whether it was stopped because others may have taken it over.</summary>
        public bool HasYielded { get; private set; }

        public void Dispose()
        {
            owner.Remove(runId, this);
            source.Dispose();
        }

        /// <summary>Called under the owner's lock while registered, so never after <see cref="Dispose"/>. Continuations run elsewhere.</summary>
        internal void Ask()
        {
            WasAsked = true;
            _ = source.CancelAsync();
        }

        /// <summary>Called like <see cref="Ask"/>.</summary>
        internal void Yield()
        {
            HasYielded = true;
            _ = source.CancelAsync();
        }
    }
}
