using System.Collections.Concurrent;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Live;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs.People;

/// <summary>Who has the browser of which attempt: one person for each, and only while the attempt waits for one. Safe for concurrent use.</summary>
public sealed class TakeOvers(
    HumanRequestStore requests,
    IRunQueries runs,
    RunningBrowsers running,
    IOptions<BrowserOptions> browsers,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<TakeOvers> logger)
{
    /// <summary>A page that loses its connection tries again each second.</summary>
    private static readonly TimeSpan ReconnectTime = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TakeOver> _byRequest = new(StringComparer.Ordinal);

    /// <summary>Whoever has a shared browser would have the pages of other Runs as well.</summary>
    public bool ArePossible => browsers.Value.Isolation == BrowserIsolation.PerRun;

    public IReadOnlyCollection<TakeOver> Open => [.. _byRequest.Values];

    /// <returns>Who has the browser of the attempt that asks, or null.</returns>
    public TakeOver? Find(string requestId) => _byRequest.GetValueOrDefault(requestId);

    public TakeOver? FindById(string id) => Open.FirstOrDefault(t => t.Id == id);

    /// <summary>Gives the browser to the person, who may have it in another page already.</summary>
    /// <exception cref="RequestException">Somebody else has it, or the request is over.</exception>
    public async Task<TakeOver> BeginAsync(Actor actor, Guid projectId, string runId, string requestId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        if (!ArePossible)
        {
            throw RequestException.Conflict("Browsers that Runs share (Browser:Isolation) are not taken over.");
        }

        if (await runs.FindRunAsync(projectId, runId, cancellationToken) is null
            || requests.FindWait(requestId) is not { } wait || wait.Run.Id != runId || running.Find(runId) is not { } attempt)
        {
            throw Over();
        }

        var begun = new TakeOver(wait, actor, attempt.Browser, clock.GetUtcNow());
        lock (_gate)
        {
            if (Find(requestId) is { } former)
            {
                if (former.Actor.Id != actor.Id)
                {
                    throw RequestException.Conflict($"{former.Actor.Name} has the browser right now.", "browser-taken-over");
                }

                End(former, "opened in another page");
            }

            _byRequest[requestId] = begun;
        }

        if (!wait.OnClosing(() => End(begun, "the request is over")))
        {
            _byRequest.TryRemove(KeyValuePair.Create(requestId, begun));
            throw Over();
        }

        wait.Attempt.SetPresent(true);
        wait.Attempt.Say($"{actor.Name} has taken over the browser.");
        logger.TakenOver(actor.Name, runId, wait.Request.Attempt);
        signals.PublishChange(wait.Run);
        _ = WatchAsync(begun);
        return begun;
    }

    /// <summary>Takes the browser from the person, for good. The first reason counts.</summary>
    /// <param name="reason">The end of a sentence.</param>
    public void End(TakeOver ended, string reason)
    {
        if (!ended.TryEnd())
        {
            return;
        }

        var wait = ended.Wait;
        _byRequest.TryRemove(KeyValuePair.Create(wait.Request.Id, ended));
        wait.Attempt.SetPresent(false);
        wait.Attempt.Say($"{ended.Actor.Name} no longer has the browser: {reason}.");
        logger.GivenBack(ended.Actor.Name, wait.Run.Id, wait.Request.Attempt, reason);
        signals.PublishChange(wait.Run);
    }

    internal static RequestException Over() =>
        RequestException.Conflict("The Run does not wait for this answer any more.", HumanRequestCommands.EndedCode);

    /// <summary>Nobody has to wait for a person who is gone.</summary>
    private async Task WatchAsync(TakeOver watched)
    {
        while (!watched.IsOver)
        {
            var change = watched.NextChange;
            if (watched.LostAt is { } lost && clock.GetUtcNow() - lost > ReconnectTime)
            {
                End(watched, "the connection was lost");
            }
            else
            {
                await Task.WhenAny(change, Task.Delay(Interval, clock));
            }
        }
    }
}
