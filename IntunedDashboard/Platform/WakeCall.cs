using System.Threading.Channels;

namespace IntunedDashboard.Platform;

/// <summary>Tells a background service of this process that there may be something to do. Many calls are one. Safe for concurrent use.</summary>
public abstract class WakeCall(TimeProvider clock)
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Wake() => _calls.Writer.TryWrite(true);

    /// <summary>Completes at the next call, at once when there was one since the last wait, and after <paramref name="longest"/> at the latest.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _calls.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody called.
        }
    }
}
