using System.Threading.Channels;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Live;

/// <summary>
/// The only place that knows how a page stays current. A derived component says what to watch and how to read it; this class
/// subscribes, throttles, cancels and disposes. State is changed only on the renderer's own context.
/// </summary>
public abstract class LiveComponentBase : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Dictionary<string, LiveWatch> _watches = new(StringComparer.Ordinal);

    [Inject]
    public required ILiveSignals Signals { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>Ends with the component. Reads take it; writes never do, so that leaving a page does not half-cancel a command.</summary>
    protected CancellationToken Lifetime => _lifetime.Token;

    /// <summary>
    /// Reads now, and again after each change of a topic, at most once per <paramref name="interval"/>; a change during a read
    /// causes one more. Watching again under the same <paramref name="name"/> ends the former watch, whose late answer is dropped.
    /// </summary>
    /// <returns>When the first read has been applied, or the watch ended before that.</returns>
    protected Task Watch<T>(
        string name, IEnumerable<string> topics, TimeSpan interval, Func<CancellationToken, Task<T>> read, Action<T> apply)
    {
        if (_lifetime.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        if (_watches.Remove(name, out var former))
        {
            former.Stop();
        }

        // Subscribed before the first read, so that nothing that changes in between is missed.
        var watch = new LiveWatch(Signals.Subscribe(topics), CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token));
        _watches[name] = watch;
        watch.Pump = PumpAsync(watch, interval, async token =>
        {
            var value = await read(token);
            if (!token.IsCancellationRequested)
            {
                apply(value);
                StateHasChanged();
            }
        });
        return watch.FirstRead.Task;
    }

    /// <summary>Ends the watch of that name, if there is one.</summary>
    protected void Unwatch(string name)
    {
        if (_watches.Remove(name, out var watch))
        {
            watch.Stop();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_lifetime.IsCancellationRequested)
        {
            return;
        }

        await _lifetime.CancelAsync();
        var watches = _watches.Values.ToArray();
        _watches.Clear();
        foreach (var watch in watches)
        {
            watch.Stop();
        }

        await Task.WhenAll(watches.Select(watch => watch.Pump));
        await DisposeCoreAsync();
        _lifetime.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>For what a derived component holds besides its watches.</summary>
    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    private async Task PumpAsync(LiveWatch watch, TimeSpan interval, Func<CancellationToken, Task> refresh)
    {
        var token = watch.Token;
        try
        {
            do
            {
                var pause = Task.Delay(interval, Time, token);
                await InvokeAsync(() => refresh(token));
                watch.FirstRead.TrySetResult();
                await pause;
            }
            while (await NextAsync(watch.Subscription.Reader, token));
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException) when (token.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            watch.FirstRead.TrySetResult();
            await DispatchExceptionAsync(exception);
        }
        finally
        {
            watch.FirstRead.TrySetResult();
            watch.Subscription.Dispose();
        }
    }

    private static async ValueTask<bool> NextAsync(ChannelReader<bool> reader, CancellationToken token) =>
        await reader.WaitToReadAsync(token) && reader.TryRead(out _);

    private sealed class LiveWatch(LiveSubscription subscription, CancellationTokenSource cancellation)
    {
        public LiveSubscription Subscription { get; } = subscription;

        public CancellationToken Token { get; } = cancellation.Token;

        public TaskCompletionSource FirstRead { get; } = new();

        public Task Pump { get; set; } = Task.CompletedTask;

        public void Stop()
        {
            cancellation.Cancel();
            cancellation.Dispose();
            Subscription.Dispose();
        }
    }
}
