using System.Text.Json;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.People;

/// <summary>
/// One person who has the browser of an attempt that waits. It lasts until the person hands it back, leaves, or the request is over.
/// Safe for concurrent use.
/// </summary>
public sealed class TakeOver(HumanWait wait, Actor actor, IBrowserLease browser, DateTimeOffset since)
{
    private readonly Lock _gate = new();
    private readonly TypedWords _typed = new();
    private readonly ScreenChanges _changes = new();
    private int _viewers;
    private DateTimeOffset? _lostAt = since;
    private bool _isOver;

    public string Id { get; } = Ids.NewRunId();

    public HumanWait Wait { get; } = wait;

    public Actor Actor { get; } = actor;

    public IBrowserLease Browser { get; } = browser;

    public DateTimeOffset Since { get; } = since;

    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _isOver;
            }
        }
    }

    /// <summary>Since when the person's page is not connected, or null.</summary>
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

    /// <summary>To be asked for before looking, so that no change is missed.</summary>
    internal Task NextChange => _changes.Next;

    internal void Touch() => _changes.Touch();

    internal void Enter()
    {
        lock (_gate)
        {
            _viewers++;
            _lostAt = null;
        }
    }

    internal void Leave(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (--_viewers == 0)
            {
                _lostAt = now;
            }
        }

        Touch();
    }

    /// <summary>Does what the person did, unless it is over. A word that it completes counts as secret before.</summary>
    internal void Act(JsonElement message, Action act)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            Learn(_typed.Take(message));
            act();
        }
    }

    /// <returns>Whether this call has ended it.</returns>
    internal bool TryEnd()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return false;
            }

            _isOver = true;
            Learn(_typed.End());
        }

        Touch();
        return true;
    }

    private void Learn(string? word)
    {
        if (word is not null)
        {
            Wait.Attempt.Learn([word]);
        }
    }
}
