using System.Buffers;
using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntunedDashboard.Execution.Hosting;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>
/// One viewer's connection: pictures go down as they are (two numbers with the size in CSS pixels, then the JPEG), everything else as
/// small JSON. The next picture is sent when the viewer has drawn the last one, so that nothing waits in the network.
/// </summary>
public sealed class ScreenStream(WebSocket socket, TimeProvider clock) : IDisposable
{
    private const int HeadBytes = 4;
    private const int ReceiveBytes = 16 * 1024;

    /// <summary>Files a page asks for come in one message, in base64.</summary>
    private const int MostReceived = 40 * 1024 * 1024;

    /// <summary>A viewer whose machine sleeps does not say so.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _drawn = new(1, 1);

    public void Dispose()
    {
        _sending.Dispose();
        _drawn.Dispose();
    }

    /// <summary>Says something to the viewer.</summary>
    public Task SendAsync(object message, CancellationToken cancellationToken) =>
        SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, Json), WebSocketMessageType.Text, cancellationToken);

    /// <summary>Runs until the viewer or the screen is gone.</summary>
    /// <param name="describe">Everything the viewer shows beside the picture; asked again after each change.</param>
    /// <param name="next">Completes with the next change; asked for before <paramref name="describe"/>.</param>
    /// <param name="accept">Takes what the viewer sent; null: the viewer only looks.</param>
    public async Task RunAsync(
        Func<IBrowserScreen?> screen, Func<object> describe, Func<Task> next, Func<bool> isOver, Func<JsonElement, CancellationToken, Task>? accept,
        CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = ReceiveAsync(accept, end.Token);
        var pictures = SendPicturesAsync(screen, next, end.Token);
        var telling = TellAsync(describe, next, isOver, end.Token);
        try
        {
            await await Task.WhenAny(receiving, telling);
            await CloseAsync();
            // Ending the connection at once would throw away what the viewer has not read yet.
            await Task.WhenAny(receiving, Task.Delay(CloseTime, clock, end.Token));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The viewer has left.
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(Quietly(receiving), Quietly(pictures), Quietly(telling));
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or JsonException)
        {
            // The viewer has left, or sends what is none of our messages.
        }
    }

    /// <summary>The last thing the viewer is told is how it ended.</summary>
    private async Task TellAsync(Func<object> describe, Func<Task> next, Func<bool> isOver, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = next();
            var over = isOver();
            await SendAsync(describe(), cancellationToken);
            if (over)
            {
                return;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    private async Task SendPicturesAsync(Func<IBrowserScreen?> find, Func<Task> next, CancellationToken cancellationToken)
    {
        IBrowserScreen? screen;
        while (true)
        {
            var change = next();
            if ((screen = find()) is not null)
            {
                break;
            }

            await change.WaitAsync(cancellationToken);
        }

        using var viewer = screen.Watch();
        while (true)
        {
            await _drawn.WaitAsync(cancellationToken);
            var frame = await viewer.NextFrameAsync(cancellationToken);
            var message = ArrayPool<byte>.Shared.Rent(HeadBytes + frame.Jpeg.Length);
            try
            {
                BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)frame.Width);
                BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)frame.Height);
                frame.Jpeg.CopyTo(message.AsSpan(HeadBytes));
                await SendAsync(message.AsMemory(0, HeadBytes + frame.Jpeg.Length), WebSocketMessageType.Binary, cancellationToken);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(message);
            }
        }
    }

    private async Task ReceiveAsync(Func<JsonElement, CancellationToken, Task>? accept, CancellationToken cancellationToken)
    {
        var message = new ArrayBufferWriter<byte>(ReceiveBytes);
        while (true)
        {
            var received = await socket.ReceiveAsync(message.GetMemory(ReceiveBytes), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            message.Advance(received.Count);
            if (message.WrittenCount > MostReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, null, cancellationToken);
                return;
            }

            if (received.EndOfMessage)
            {
                using (var document = JsonDocument.Parse(message.WrittenMemory))
                {
                    await AcceptAsync(document.RootElement, accept, cancellationToken);
                }

                message.Clear();
            }
        }
    }

    private async Task AcceptAsync(JsonElement message, Func<JsonElement, CancellationToken, Task>? accept, CancellationToken cancellationToken)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (message.TryGetProperty("t", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("drawn"))
        {
            if (_drawn.CurrentCount == 0)
            {
                _drawn.Release();
            }
        }
        else if (accept is not null)
        {
            await accept(message, cancellationToken);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(CloseTime, clock);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }
}
