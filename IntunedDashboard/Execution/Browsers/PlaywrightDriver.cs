using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>The one Playwright driver of this node; started when it is first needed and anew when it has died.</summary>
internal sealed class PlaywrightDriver : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IPlaywright? _playwright;

    public async Task<IPlaywright> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _playwright ??= await Playwright.CreateAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Throws the driver away if it is still the given one.</summary>
    public async Task ResetAsync(IPlaywright failed)
    {
        await _gate.WaitAsync();
        try
        {
            if (ReferenceEquals(_playwright, failed))
            {
                _playwright = null;
                failed.Dispose();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _playwright?.Dispose();
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }
}
