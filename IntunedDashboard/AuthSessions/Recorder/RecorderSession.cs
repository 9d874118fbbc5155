using IntunedDashboard.Execution.Hosting;

namespace IntunedDashboard.AuthSessions.Recorder;

public enum RecorderPhase
{
    /// <summary>The browser is being started.</summary>
    Opening,

    /// <summary>The person is at work.</summary>
    Open,

    /// <summary>The login is captured and checked.</summary>
    Checking,

    /// <summary>The session is READY.</summary>
    Succeeded,

    /// <summary>It ended without a login; the session is as it was.</summary>
    Failed,
}

/// <summary>What is asked for when a browser is opened for a login.</summary>
public sealed record RecorderRequest
{
    public required Guid ProjectId { get; init; }

    public required AuthSession Session { get; init; }

    public required string StartUrl { get; init; }

    /// <summary>The login is complete when the first page's address starts with this; null: only the person says so.</summary>
    public string? FinishUrl { get; init; }

    /// <summary>Whether the person may type addresses.</summary>
    public required bool IsKiosk { get; init; }

    public required string StartedBy { get; init; }

    /// <summary>The link it was opened with; null for somebody who is signed in.</summary>
    public Guid? LinkId { get; init; }

    /// <summary>As it was given for this login; null for that of the session.</summary>
    public string? Proxy { get; init; }
}

/// <summary>
/// One login by hand. It lives as long as its browser: what must outlive the server is the AuthSession, which is only written when the
/// login has proved itself. Safe for concurrent use.
/// </summary>
public sealed class RecorderSession(RecorderRequest request, DateTimeOffset deadline, DateTimeOffset startedAt)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScreenChanges _changes = new();
    private int _viewers;
    private DateTimeOffset? _lostAt = startedAt;
    private bool _isDone;
    private string? _end;

    public Guid Id { get; } = Guid.NewGuid();

    public RecorderRequest Request { get; } = request;

    public DateTimeOffset Deadline { get; } = deadline;

    public RecorderPhase Phase { get; private set; } = RecorderPhase.Opening;

    /// <summary>Why it is in its phase: a sentence for the person, or null.</summary>
    public string? Message { get; private set; }

    /// <summary>The Run that checks or checked the login.</summary>
    public string? RunId { get; private set; }

    public IHostedBrowser? Browser { get; private set; }

    public bool HasEnded => Phase is RecorderPhase.Succeeded or RecorderPhase.Failed;

    /// <summary>Completes when the browser is closed and the session is written.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Since when nobody looks, or null.</summary>
    public DateTimeOffset? LostAt
    {
        get
        {
            lock (_gate)
            {
                return _lostAt;
            }
        }
    }

    /// <summary>The person says that the login is complete.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _isDone |= Phase == RecorderPhase.Open;
        }

        Touch();
    }

    /// <summary>Ends it without a login. The first reason counts.</summary>
    public void End(string reason)
    {
        lock (_gate)
        {
            _end ??= reason;
        }

        Touch();
    }

    public void Enter()
    {
        lock (_gate)
        {
            _viewers++;
            _lostAt = null;
        }
    }

    public void Leave(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (--_viewers == 0)
            {
                _lostAt = now;
            }
        }
    }

    /// <summary>Wakes whoever waits for a change, viewers included.</summary>
    internal void Touch() => _changes.Touch();

    /// <summary>To be asked for before looking, so that no change is missed.</summary>
    internal Task NextChange => _changes.Next;

    internal string? AskedToEnd
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    /// <returns>Whether the person has said so since the last time.</returns>
    internal bool TakeDone()
    {
        lock (_gate)
        {
            var isDone = _isDone;
            _isDone = false;
            return isDone;
        }
    }

    internal void Open(IHostedBrowser browser)
    {
        Browser = browser;
        browser.Changed += (_, _) => Touch();
        browser.Screen.Changed += (_, _) => Touch();
        Move(RecorderPhase.Open, null);
    }

    internal void Move(RecorderPhase phase, string? message)
    {
        (Phase, Message) = (phase, message);
        Touch();
    }

    internal void CheckedBy(string runId) => RunId = runId;

    internal void Complete() => _ended.TrySetResult();
}
