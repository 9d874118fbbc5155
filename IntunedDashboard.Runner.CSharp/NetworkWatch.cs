using System.Diagnostics;
using Microsoft.Playwright;

namespace Intuned;

/// <summary>Watches the requests of a page from its making until it is disposed.</summary>
internal sealed class NetworkWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<IRequest> _open = [];
    private readonly IPage _page;
    private readonly int _most;
    private long? _quietSince = Stopwatch.GetTimestamp();

    public NetworkWatch(IPage page, int maxInflightRequests)
    {
        _page = page;
        _most = maxInflightRequests;
        page.Request += Started;
        page.RequestFinished += Ended;
        page.RequestFailed += Ended;
    }

    /// <returns>True once the requests stay at the limit for the quiet time, false at the deadline.</returns>
    public async Task<bool> SettledAsync(TimeSpan timeout, TimeSpan quiet)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < timeout && !_page.IsClosed)
        {
            TimeSpan wait;
            lock (_gate)
            {
                wait = _quietSince is { } since ? quiet - Stopwatch.GetElapsedTime(since) : TimeSpan.FromMilliseconds(50);
            }

            if (wait <= TimeSpan.Zero)
            {
                return true;
            }

            await Task.Delay(wait);
        }

        return false;
    }

    public void Dispose()
    {
        _page.Request -= Started;
        _page.RequestFinished -= Ended;
        _page.RequestFailed -= Ended;
    }

    private void Started(object? sender, IRequest request)
    {
        // A stream stays open for as long as the page does.
        if (request.ResourceType is "websocket" or "eventsource")
        {
            return;
        }

        lock (_gate)
        {
            _open.Add(request);
            Changed();
        }
    }

    private void Ended(object? sender, IRequest request)
    {
        lock (_gate)
        {
            if (_open.Remove(request))
            {
                Changed();
            }
        }
    }

    private void Changed() => _quietSince = _open.Count <= _most ? Stopwatch.GetTimestamp() : null;
}
