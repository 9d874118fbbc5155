namespace IntunedDashboard.Execution;

/// <summary>An attempt's time limit, which can begin anew and stands still while a person is waited for. Safe for concurrent use.</summary>
internal sealed class AttemptDeadline : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _whole;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reached;
    private DateTimeOffset _endsAt;
    private TimeSpan? _leftWhilePaused;
    private bool _isOver;

    public AttemptDeadline(TimeSpan whole, TimeProvider time)
    {
        _whole = whole;
        _time = time;
        _endsAt = time.GetUtcNow() + whole;
        _reached = new CancellationTokenSource(whole, time);
    }

    public CancellationToken Reached => _reached.Token;

    /// <returns>When it ends now, were it not to stand still.</returns>
    public DateTimeOffset Extend()
    {
        lock (_gate)
        {
            _endsAt = _time.GetUtcNow() + _whole;
            if (_leftWhilePaused is null)
            {
                Arm(_whole);
            }
            else
            {
                _leftWhilePaused = _whole;
            }

            return _endsAt;
        }
    }

    public void Pause()
    {
        lock (_gate)
        {
            var left = _endsAt - _time.GetUtcNow();
            _leftWhilePaused ??= left > TimeSpan.Zero ? left : TimeSpan.Zero;
            Arm(Timeout.InfiniteTimeSpan);
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (_leftWhilePaused is { } left)
            {
                _leftWhilePaused = null;
                _endsAt = _time.GetUtcNow() + left;
                Arm(left);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _reached.Dispose();
        }
    }

    /// <summary>A wait that outlives its attempt ends here without harm.</summary>
    private void Arm(TimeSpan left)
    {
        if (!_isOver)
        {
            _reached.CancelAfter(left);
        }
    }
}
