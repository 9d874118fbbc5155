using System.Threading.Channels;

namespace IntunedDashboard.Platform;

/// <summary>Tells a background service of every node that there may be something to do. Many calls are one. Safe for concurrent use.</summary>
public abstract class WakeCall
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TimeProvider _clock;
    private readonly INodeMessages _messages;
    private readonly string _kind;

    protected WakeCall(TimeProvider clock, INodeMessages messages, string kind)
    {
        (_clock, _messages, _kind) = (clock, messages, kind);
        messages.Listen(kind, _ => WakeHere(), WakeHere);
    }

    public void Wake()
    {
        WakeHere();
        _messages.Send(_kind, string.Empty);
    }

    /// <summary>For what only this node can have: a place that became free.</summary>
    public void WakeHere() => _calls.Writer.TryWrite(true);

    /// <summary>Completes at the next call, at once when there was one since the last wait, and after <paramref name="longest"/> at the latest.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(longest, _clock);
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
