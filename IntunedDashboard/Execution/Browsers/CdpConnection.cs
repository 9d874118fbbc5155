using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>The browser refused a command, or is gone.</summary>
internal sealed class CdpException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An event of the DevTools protocol. Its parameters are readable only while the handler runs.</summary>
internal readonly record struct CdpEvent(string Method, string? SessionId, JsonElement Parameters);

/// <summary>
/// A connection of our own to a browser's DevTools address: pictures and input go past the Playwright driver, which would parse and
/// write each of them once more. Handlers run one after the other, in the order of the events. Safe for concurrent use.
/// </summary>
internal sealed class CdpConnection : IAsyncDisposable
{
    private const int ReceiveBytes = 64 * 1024;

    private readonly ClientWebSocket _socket;
    private readonly Action<CdpEvent> _handle;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly Task _receiving;
    private int _id;

    private CdpConnection(ClientWebSocket socket, Action<CdpEvent> handle)
    {
        _socket = socket;
        _handle = handle;
        _closed = _closing.Token;
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Completes when the connection has ended, for whatever reason.</summary>
    public Task Ended => _receiving;

    /// <exception cref="CdpException">Nobody answers there.</exception>
    public static async Task<CdpConnection> OpenAsync(string webSocketEndpoint, Action<CdpEvent> handle, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        // A proxy of the machine must never see the address of a browser.
        socket.Options.Proxy = null;
        try
        {
            await socket.ConnectAsync(new Uri(webSocketEndpoint), cancellationToken);
        }
        catch (WebSocketException e)
        {
            socket.Dispose();
            throw new CdpException("The browser is gone.", e);
        }

        return new CdpConnection(socket, handle);
    }

    /// <exception cref="CdpException">The browser refused it or is gone.</exception>
    public async Task<JsonElement> CallAsync(string method, object? parameters, string? sessionId, CancellationToken cancellationToken = default)
    {
        var id = Interlocked.Increment(ref _id);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        try
        {
            await SendAsync(id, method, parameters, sessionId, cancellationToken);
            return await Task.WhenAny(answer.Task, _receiving).WaitAsync(cancellationToken) == answer.Task
                ? await answer.Task
                : throw new CdpException("The browser is gone.");
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
    }

    /// <summary>Sends without waiting for the answer; a page that does not answer would hold up all input behind it.</summary>
    public async Task PostAsync(string method, object? parameters, string? sessionId)
    {
        try
        {
            await SendAsync(Interlocked.Increment(ref _id), method, parameters, sessionId, _closed);
        }
        catch (Exception e) when (e is CdpException or OperationCanceledException)
        {
            // The browser is gone; whoever watches it is told by Ended.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _closing.Dispose();
    }

    private async Task SendAsync(int id, string method, object? parameters, string? sessionId, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.SerializeToUtf8Bytes(new Message(id, method, parameters, sessionId), CdpJson.Options);
        try
        {
            await _sending.WaitAsync(cancellationToken);
            try
            {
                await _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new CdpException("The browser is gone.", e);
        }
    }

    private async Task ReceiveAsync()
    {
        var message = new ArrayBufferWriter<byte>(ReceiveBytes);
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(message.GetMemory(ReceiveBytes), _closed);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                message.Advance(received.Count);
                if (received.EndOfMessage)
                {
                    Accept(message.WrittenMemory);
                    message.ResetWrittenCount();
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It ended.
        }
    }

    private void Accept(ReadOnlyMemory<byte> message)
    {
        using var document = JsonDocument.Parse(message);
        var root = document.RootElement;
        if (!root.TryGetProperty("id", out var id))
        {
            _handle(new CdpEvent(
                root.GetProperty("method").GetString()!,
                root.TryGetProperty("sessionId", out var session) ? session.GetString() : null,
                root.GetProperty("params")));
            return;
        }

        if (_calls.TryRemove(id.GetInt32(), out var call))
        {
            if (root.TryGetProperty("error", out var error))
            {
                call.TrySetException(new CdpException(error.GetProperty("message").GetString() ?? "The browser refused the command."));
            }
            else
            {
                call.TrySetResult(root.GetProperty("result").Clone());
            }
        }
    }

    private sealed record Message(int Id, string Method, object? Params, string? SessionId);
}

internal static class CdpJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
