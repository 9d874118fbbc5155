using System.Collections.Concurrent;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>
/// The logins by hand of this node: starts them, watches over their limits, and ends all of them with the server. One for each session,
/// and no more at once than the settings allow. Safe for concurrent use.
/// </summary>
public sealed class RecorderSessions(
    IHostedBrowsers browsers,
    IRecorderProof proof,
    AuthSessionStore sessions,
    OwnAddresses own,
    IOptions<RecorderOptions> options,
    ThisNode node,
    NodeHeartbeat nodes,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<RecorderSessions> logger) : IHostedService, INodeHeir
{
    /// <summary>How long the end of a login can still be read.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>How often the limits are looked at; everything else is told at once.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Guid, RecorderSession> _bySession = new();

    /// <returns>The last one of the session, also when it has just ended.</returns>
    public RecorderSession? Find(Guid sessionKey) => _bySession.GetValueOrDefault(sessionKey);

    /// <exception cref="RequestException">The session has one already, or there are too many.</exception>
    public RecorderSession Start(RecorderRequest request)
    {
        var now = clock.GetUtcNow();
        var started = new RecorderSession(request, now + options.Value.TimeLimit, now);
        lock (_gate)
        {
            if (Find(request.Session.Key) is { HasEnded: false })
            {
                throw RequestException.Conflict($"Somebody is logging in {request.Session.Id} by hand right now.", "auth-session-already-in-use");
            }

            if (_bySession.Values.Count(s => !s.HasEnded) >= options.Value.MaxConcurrent)
            {
                throw RequestException.Conflict(
                    $"As many people as this server allows ({options.Value.MaxConcurrent}) are logging in by hand right now. Try again in a few minutes.");
            }

            _bySession[request.Session.Key] = started;
        }

        RecorderLog.Opened(logger, request.StartedBy, request.Session.Id, started.Id);
        _ = Task.Run(() => RunAsync(started));
        return started;
    }

    /// <summary>Whoever was logging in when the server stopped has to begin again.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => TakeOverAsync(nodes.GoneAtStart, cancellationToken);

    public async Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken)
    {
        if (await sessions.ForgetRecordersAsync(gone, "The server stopped before the login was finished.", cancellationToken) is > 0 and var count)
        {
            RecorderLog.Abandoned(logger, count);
        }
    }

    public void Yield()
    {
        foreach (var session in _bySession.Values.Where(s => !s.HasEnded))
        {
            session.End("The server was cut off from the others.");
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var open = _bySession.Values.Where(s => !s.HasEnded).ToArray();
        foreach (var session in open)
        {
            session.End("The server is stopping.");
        }

        await Task.WhenAll(open.Select(s => s.Ended)).WaitAsync(cancellationToken);
    }

    /// <summary>Never throws: every end is a phase.</summary>
    private async Task RunAsync(RecorderSession session)
    {
        string? failure;
        var (nodeId, key) = (node.Id, session.Request.Session.Key);
        var isTaken = false;
        try
        {
            isTaken = await sessions.TryBeginRecordingAsync(key, nodeId, CancellationToken.None);
            failure = isTaken ? await RecordAsync(session) : $"Somebody is logging in {session.Request.Session.Id} by hand right now, on another server.";
        }
        catch (BrowserUnavailableException missing)
        {
            failure = missing.Message;
        }
        catch (RequestException refusal)
        {
            failure = refusal.Message;
        }
#pragma warning disable CA1031 // The person must be told, whatever went wrong.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var correlationId = Ids.NewCorrelationId();
            RecorderLog.Failed(logger, fault, session.Id, correlationId);
            failure = $"The platform failed while recording the login. Correlation id: {correlationId}.";
        }

        if (isTaken)
        {
            await EndAsync(session, key, nodeId, failure);
        }

        RecorderLog.Ended(logger, session.Id, session.Request.Session.Id, failure is null ? "logged in" : "no login");
        if (session.Browser is { } browser)
        {
            await browser.DisposeAsync();
        }

        session.Move(failure is null ? RecorderPhase.Succeeded : RecorderPhase.Failed, failure);
        session.Complete();
        signals.Publish(LiveTopics.AuthSessions(session.Request.ProjectId));
        await Task.Delay(Kept, clock);
        _bySession.TryRemove(KeyValuePair.Create(session.Request.Session.Key, session));
    }

    private async Task EndAsync(RecorderSession session, Guid key, string nodeId, string? failure)
    {
        try
        {
            if (failure is not null)
            {
                await sessions.AbandonLoginAsync(key, session.Request.StartedBy, failure, session.RunId, CancellationToken.None);
            }

            await sessions.EndRecordingAsync(key, nodeId);
        }
#pragma warning disable CA1031 // The browser must be ended, whatever the database does.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            RecorderLog.SweepFailed(logger, fault);
        }
    }

    /// <returns>Null when the session is READY, else why it is not.</returns>
    private async Task<string?> RecordAsync(RecorderSession session)
    {
        var request = session.Request;
        var stored = await sessions.OpenAsync(request.Session.Key, CancellationToken.None);
        session.Open(await browsers.OpenAsync(
            new HostedBrowserRequest
            {
                StartUrl = request.StartUrl,
                Proxy = request.Proxy is null ? stored.Proxy : ProxySettings.Parse(request.Proxy),
                OwnAddresses = own.All,
                OpenPath = OwnAddresses.SampleSite,
            },
            CancellationToken.None));
        var (isAtFinish, isTick) = (false, true);
        while (true)
        {
            var change = session.NextChange;
            if (Stopped(session, isTick) is { } reason)
            {
                return reason;
            }

            var wasAtFinish = isAtFinish;
            isAtFinish = request.FinishUrl is { } finish && session.Browser!.Url.StartsWith(finish, StringComparison.OrdinalIgnoreCase);
            // The same arrival is checked once; the person may go on and arrive again, or say so.
            if (session.TakeDone() || (isAtFinish && !wasAtFinish))
            {
                if (await ProveAsync(session) is not { } refusal)
                {
                    return null;
                }

                session.Move(RecorderPhase.Open, refusal);
                continue;
            }

            isTick = await Task.WhenAny(change, Task.Delay(Interval, clock)) != change;
        }
    }

    /// <param name="lookAtMemory">It costs a look at every process.</param>
    private string? Stopped(RecorderSession session, bool lookAtMemory)
    {
        var now = clock.GetUtcNow();
        return session switch
        {
            { AskedToEnd: { } reason } => reason,
            { Browser.Screen.Ended.IsCompleted: true } => "The browser ended unexpectedly.",
            _ when now > session.Deadline => $"The time for logging in ({options.Value.TimeLimit.TotalMinutes:0.#} minutes) is over.",
            { LostAt: { } lost } when now - lost > options.Value.ReconnectTime => "The connection to the person who was logging in was lost.",
            _ when lookAtMemory && session.Browser!.MemoryBytes > options.Value.MemoryMegabytes * 1024L * 1024L =>
                $"The browser used more than {options.Value.MemoryMegabytes} MB of memory.",
            _ => null,
        };
    }

    /// <returns>Null when the session is READY.</returns>
    private async Task<string?> ProveAsync(RecorderSession session)
    {
        session.Move(RecorderPhase.Checking, null);
        using var stop = new CancellationTokenSource();
        var proving = ProveAsync(session, stop.Token);
        while (!proving.IsCompleted)
        {
            var change = session.NextChange;
            if (session.AskedToEnd is not null)
            {
                await stop.CancelAsync();
                break;
            }

            await Task.WhenAny(proving, change);
        }

        try
        {
            return await proving;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return session.AskedToEnd;
        }
    }

    private async Task<string?> ProveAsync(RecorderSession session, CancellationToken cancellationToken)
    {
        var request = session.Request;
        var state = await session.Browser!.CaptureStateAsync(cancellationToken);
        if (BrowserState.IsEmpty(state))
        {
            return "The page left no cookies or storage behind, so there is no login to keep yet.";
        }

        var login = new RecordedLogin(request.ProjectId, request.Session.Key, state, request.StartedBy, request.Proxy);
        return (await proof.ProveAsync(login, session.CheckedBy, cancellationToken)).Refusal;
    }
}
