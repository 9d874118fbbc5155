using System.ComponentModel;
using IntunedDashboard.Execution.Processes;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>Keeps the next browsers launched, and warmed while the node is not fully used. Safe for concurrent use.</summary>
internal sealed class BrowserPool(
    BrowserLocator locator, PlaywrightDriver driver, EngineWorkspace workspace, EngineLimits limits, IOptions<BrowserOptions> browserOptions,
    IOptions<NodeOptions> nodeOptions, EngineMetrics metrics, TimeProvider clock, ILogger<BrowserPool> logger) : IBrowserPool, IAsyncDisposable
{
    private static readonly TimeSpan RefillDelay = TimeSpan.FromMilliseconds(150);

    private readonly Lock _gate = new();
    private readonly BrowserQueue _queue = new();
    private int _leased;
    private readonly Dictionary<bool, SharedBrowser> _shared = [];
    private readonly SemaphoreSlim _sharing = new(1, 1);
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closing = new();
    private BrowserAvailability _availability = new(false, false, "The browser is being started.");

    // The first refill is the warming: without a browser that works there is nothing to keep ready.
    private bool _isRefilling = true;

    public event EventHandler? AvailabilityChanged;

    public BrowserAvailability Availability => Volatile.Read(ref _availability);

    private bool IsShared => browserOptions.Value.Isolation == BrowserIsolation.Shared;

    /// <summary>How many to keep ready. A browser in use stands for one of them, because the slots bound both: so a launch, which costs a
    /// processor's second, seldom happens beside a Run that needs the processor. One for the next Run is always wanted.</summary>
    private int Wanted => IsShared ? 1 : Math.Min(limits.MostReady, Math.Max(1, nodeOptions.Value.BrowserSlots - _leased));

    public async Task<IBrowserLease> LeaseAsync(BrowserRequest request, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var lease = await TakeAsync(request, cancellationToken);
        metrics.BrowserLeased(clock.GetElapsedTime(asked));
        return lease;
    }

    private async Task<IBrowserLease> TakeAsync(BrowserRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (IsShared)
        {
            return await LeaseSharedAsync(request.Headful, cancellationToken);
        }

        if (request.Headful)
        {
            var own = await LaunchAsync(Locate(headful: true), headful: true, () => false, cancellationToken);
            return new BrowserLease(own, () => _background.Add(() => own.DisposeAsync().AsTask()));
        }

        Interlocked.Increment(ref _leased);
        try
        {
            Refill(RefillDelay);
            var browser = await _queue.TakeAsync(() => _background.Add(() => LaunchNextAsync(_closing.Token)), cancellationToken);
            return new BrowserLease(browser, () => _background.Add(() => EndAsync(browser)));
        }
        catch
        {
            Interlocked.Decrement(ref _leased);
            throw;
        }
    }

    /// <summary>Says what is going on while there is no browser yet.</summary>
    public void Report(BrowserAvailability availability)
    {
        if (Interlocked.Exchange(ref _availability, availability) != availability)
        {
            AvailabilityChanged?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <summary>Launches the first browser; the others follow in the background.</summary>
    /// <returns>Whether a browser works.</returns>
    public async Task<bool> WarmAsync(CancellationToken cancellationToken)
    {
        _queue.BeginLaunch();
        if (await LaunchNextAsync(cancellationToken) is not { } first)
        {
            return false;
        }

        ExecutionLog.BrowserReady(logger, first.Description);
        EndRefill();
        Refill(TimeSpan.Zero);
        return true;
    }

    /// <summary>The full browser without a window, which belongs to the caller: people log in with it, so it must look like one.</summary>
    /// <exception cref="BrowserUnavailableException">No browser is installed, or it does not start.</exception>
    public Task<BrowserProcess> LaunchForPersonAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        var found = locator.Find(headful: true) ?? locator.Find(headful: false) ?? throw Unavailable(BrowserAdvice.NotFound(headful: false), null);
        return LaunchAsync(found, headful: false, () => false, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        await _background.DrainAsync();
        var open = _queue.TakeAll();
        lock (_gate)
        {
            open = [.. open, .. _shared.Values.Select(s => s.Browser)];
            _shared.Clear();
        }

        await Task.WhenAll(open.Select(b => b.DisposeAsync().AsTask()));
    }

    private async Task EndAsync(BrowserProcess browser)
    {
        try
        {
            await browser.DisposeAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _leased);
            Refill(TimeSpan.Zero);
        }
    }

    /// <summary>Launches a browser for whoever waits first, or else for the next lease. Whoever calls this has counted it.</summary>
    /// <returns>Null when no browser works.</returns>
    private async Task<BrowserProcess?> LaunchNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var browser = await LaunchAsync(Locate(headful: false), headful: false, IsWorthWarming, cancellationToken);
            if (_queue.Give(browser))
            {
                Watch(browser);
            }

            return browser;
        }
        catch (Exception fault)
        {
            _queue.Refuse(fault);
            if (fault is BrowserUnavailableException)
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Warming takes a fifth of what a browser needs for a short Run, and the Run gains less than that: it is worth the while only
    /// when the processor has nothing else to do.</summary>
    private bool IsWorthWarming() => _leased < nodeOptions.Value.BrowserSlots && !_queue.IsWaitedFor;

    private FoundBrowser Locate(bool headful) => locator.Find(headful) ?? throw Unavailable(BrowserAdvice.NotFound(headful), null);

    private async Task<BrowserProcess> LaunchAsync(FoundBrowser found, bool headful, Func<bool> isWorthWarming, CancellationToken cancellationToken)
    {
        for (var isRetry = false; ; isRetry = true)
        {
            var playwright = await GetDriverAsync(cancellationToken);
            var begun = clock.GetTimestamp();
            try
            {
                var browser = await BrowserProcess.LaunchAsync(playwright, found, headful, isWorthWarming, workspace, limits, logger);
                metrics.BrowserStarted(clock.GetElapsedTime(begun), succeeded: true);
                if (!Availability.IsAvailable)
                {
                    Report(new BrowserAvailability(true, false, browser.Description));
                }

                return browser;
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException)
            {
                metrics.BrowserStarted(clock.GetElapsedTime(begun), succeeded: false);
                if (_closing.IsCancellationRequested)
                {
                    throw new OperationCanceledException("The pool is closed.", e, _closing.Token);
                }

                if (isRetry)
                {
                    ExecutionLog.BrowserFailed(logger, e);
                    throw Unavailable(BrowserAdvice.DoesNotStart(found, headful, e), e);
                }

                await driver.ResetIfDeadAsync(playwright);
            }
        }
    }

    private async Task<IPlaywright> GetDriverAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await driver.GetAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is PlaywrightException or TimeoutException or Win32Exception)
        {
            if (Availability.Message != BrowserAdvice.NoDriver)
            {
                ExecutionLog.DriverFailed(logger, fault);
            }

            throw Unavailable(BrowserAdvice.NoDriver, fault);
        }
    }

    private BrowserUnavailableException Unavailable(string message, Exception? cause)
    {
        if (Availability is { IsInstalling: true, Message: var progress })
        {
            return new BrowserUnavailableException(progress, cause);
        }

        if (Availability.Message != message)
        {
            ExecutionLog.BrowserUnavailable(logger, message);
        }

        Report(new BrowserAvailability(false, false, message));
        return new BrowserUnavailableException(message, cause);
    }

    private async Task<IBrowserLease> LeaseSharedAsync(bool headful, CancellationToken cancellationToken)
    {
        await _sharing.WaitAsync(cancellationToken);
        try
        {
            SharedBrowser? shared;
            lock (_gate)
            {
                shared = _shared.GetValueOrDefault(headful);
            }

            if (shared?.Browser.IsAlive != true)
            {
                var browser = (headful ? null : _queue.TakeReady()) ?? await LaunchAsync(Locate(headful), headful, () => false, cancellationToken);
                shared = new SharedBrowser(browser);
                lock (_gate)
                {
                    _shared[headful] = shared;
                }
            }

            return new BrowserLease(shared.Browser, () => { });
        }
        finally
        {
            _sharing.Release();
        }
    }

    private void Watch(BrowserProcess browser)
    {
        browser.Ended += (_, _) => Discard(browser);
        if (!browser.IsAlive)
        {
            // It ended before anybody listened.
            Discard(browser);
        }
    }

    private void Discard(BrowserProcess browser)
    {
        if (_queue.Remove(browser))
        {
            ExecutionLog.BrowserDied(logger, browser.Pid);
            _background.Add(() => browser.DisposeAsync().AsTask());
            Refill(TimeSpan.Zero);
        }
    }

    private void Refill(TimeSpan delay)
    {
        lock (_gate)
        {
            if (_isRefilling || _closing.IsCancellationRequested)
            {
                return;
            }

            _isRefilling = true;
        }

        _background.Add(() => RefillAsync(delay));
    }

    private void EndRefill()
    {
        lock (_gate)
        {
            _isRefilling = false;
        }
    }

    private async Task RefillAsync(TimeSpan delay)
    {
        try
        {
            // The attempt that has just taken a browser needs the processor more.
            await Task.Delay(delay, _closing.Token);
            while (IsShort())
            {
                if (await LaunchNextAsync(_closing.Token) is null)
                {
                    // The next lease reports what is wrong.
                    EndRefill();
                    return;
                }
            }
        }
        catch (Exception e)
        {
            EndRefill();
            if (e is not OperationCanceledException)
            {
                throw;
            }
        }
    }

    /// <summary>Ends the refill when there is nothing more to do, in one step: a browser that dies in between would not be replaced. Else
    /// the next launch is counted.</summary>
    private bool IsShort()
    {
        lock (_gate)
        {
            _isRefilling = _queue.Spare < Wanted && !_closing.IsCancellationRequested;
            if (_isRefilling)
            {
                _queue.BeginLaunch();
            }

            return _isRefilling;
        }
    }

    private sealed record SharedBrowser(BrowserProcess Browser);

    private sealed class BrowserLease(BrowserProcess browser, Action close) : IBrowserLease
    {
        private int _isClosed;

        public string CdpEndpoint => $"http://127.0.0.1:{browser.Port}";

        public string WebSocketEndpoint => browser.WebSocketEndpoint;

        public string Description => browser.Description;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            {
                close();
            }

            return ValueTask.CompletedTask;
        }
    }
}
