using System.ComponentModel;
using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>The one Playwright driver of this node; started when it is first needed and anew when it has died.</summary>
internal sealed class PlaywrightDriver(EngineLimits limits) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Task<IPlaywright>? _starting;

    /// <exception cref="TimeoutException">It has not started within <see cref="EngineLimits.BrowserStart"/>; the next call waits for the same one.</exception>
    /// <exception cref="Win32Exception">Its program does not exist or may not be executed.</exception>
    public async Task<IPlaywright> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_starting is null or { IsFaulted: true })
            {
                _starting = Playwright.CreateAsync();
            }

            return await _starting.WaitAsync(limits.BrowserStart, cancellationToken);
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
            if (_starting is { IsCompletedSuccessfully: true } started && ReferenceEquals(await started, suspect) && !await AnswersAsync(suspect))
            {
                _starting = null;
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

    public async ValueTask DisposeAsync()
    {
        if (_starting is { } starting)
        {
            try
            {
                (await starting.WaitAsync(limits.BrowserStart)).Dispose();
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException or Win32Exception)
            {
                // There is nothing to close; one that starts later ends with this process, which holds its input open.
            }
        }

        _gate.Dispose();
    }
}
