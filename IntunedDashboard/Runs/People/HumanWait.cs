using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs.People;

/// <summary>One attempt that waits for a person, as long as its request is open. Safe for concurrent use.</summary>
public sealed class HumanWait(Run run, HumanRequest request, IWaitingAttempt attempt)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<HumanReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _closing;
    private bool _isClosed;

    public Run Run { get; } = run;

    public HumanRequest Request { get; } = request;

    public IWaitingAttempt Attempt { get; } = attempt;

    internal Task<HumanReply> Reply => _reply.Task;

    /// <returns>False when the wait is over, and then it is not called.</returns>
    /// <param name="closing">Called once when the wait is over, before the attempt goes on.</param>
    internal bool OnClosing(Action closing)
    {
        lock (_gate)
        {
            _closing += _isClosed ? null : closing;
            return !_isClosed;
        }
    }

    internal bool Answer(HumanReply reply)
    {
        Close();
        return _reply.TrySetResult(reply);
    }

    internal void Close()
    {
        Action? closing;
        lock (_gate)
        {
            (closing, _closing, _isClosed) = (_closing, null, true);
        }

        closing?.Invoke();
    }
}
