using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>The one Playwright driver of this node; started when it is first needed and anew when it has died.</summary>
internal sealed class PlaywrightDriver(EngineLimits limits) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IPlaywright? _playwright;

    public async Task<IPlaywright> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _playwright ??= await Playwright.CreateAsync().WaitAsync(limits.BrowserStart, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Throws the given driver away when it has died. A living one stays, because every running browser hangs on it.</summary>
    public async Task ResetIfDeadAsync(IPlaywright suspect)
    {
        await _gate.WaitAsync();
        try
        {
            if (ReferenceEquals(_playwright, suspect) && !await AnswersAsync(suspect))
            {
                _playwright = null;
                suspect.Dispose();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> AnswersAsync(IPlaywright playwright)
    {
        try
        {
            var probe = await playwright.APIRequest.NewContextAsync().WaitAsync(limits.BrowserStart);
            await probe.DisposeAsync();
            return true;
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _playwright?.Dispose();
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }
}
