namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Wakes everybody who waits for the next change. Ask for it before looking, and no change is missed. Safe for concurrent use.</summary>
public sealed class ScreenChanges
{
    private TaskCompletionSource _next = New();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Touch() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
