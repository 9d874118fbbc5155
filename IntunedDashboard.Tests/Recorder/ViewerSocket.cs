using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>A viewer without a page: the connection behind it.</summary>
public sealed class ViewerSocket : IDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly byte[] _buffer = new byte[4 * 1024 * 1024];

    private ViewerSocket(ClientWebSocket socket) => _socket = socket;

    /// <summary>Bytes of the last picture.</summary>
    public int PictureBytes { get; private set; }

    /// <summary>Makes a link for a session of the project <c>by-hand</c> and opens it.</summary>
    public static async Task<ViewerSocket> OpenAsync(HttpClient client, string sessions, string id)
    {
        using var answer = await client.PostAsJsonAsync($"{sessions}/recorder/start", new { authSessionId = id });
        answer.EnsureSuccessStatusCode();
        return await OpenAsync(ProjectDriver.Text((await answer.Content.ReadFromJsonAsync<JsonObject>())!, "recorderUrl"));
    }

    public static async Task<ViewerSocket> OpenAsync(string link)
    {
        var origin = new Uri(link).GetLeftPart(UriPartial.Authority);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var claim = new HttpRequestMessage(HttpMethod.Post, link + "/claim");
        claim.Headers.Add("Origin", origin);
        using var claimed = await http.SendAsync(claim);
        Assert.Equal(HttpStatusCode.NoContent, claimed.StatusCode);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.SetRequestHeader("Cookie", claimed.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        await socket.ConnectAsync(new Uri(link.Replace("http://", "ws://", StringComparison.Ordinal) + "/stream"), CancellationToken.None);
        return new ViewerSocket(socket);
    }

    public Task SendAsync(object message) => _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Waits for the next picture, and says that it was drawn.</summary>
    public async Task PictureAsync(CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is not null)
        {
            // Not a picture.
        }
    }

    public async Task UntilAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await ReceiveAsync(patience.Token) is not { } said || !said.Contains(text, StringComparison.Ordinal))
        {
            // Not yet.
        }
    }

    /// <summary>Takes what comes until nothing has come for the given time.</summary>
    /// <returns>How many pictures there were.</returns>
    public async Task<int> QuietAsync(TimeSpan silence)
    {
        var pictures = 0;
        while (true)
        {
            var next = ReceiveAsync(CancellationToken.None);
            if (await Task.WhenAny(next, Task.Delay(silence)) != next)
            {
                _pending = next;
                return pictures;
            }

            pictures += await next is null ? 1 : 0;
        }
    }

    /// <summary>Breaks the connection off without a word.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    private Task<string?>? _pending;

    /// <returns>Null for a picture.</returns>
    private Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_pending is { } pending)
        {
            _pending = null;
            return pending.WaitAsync(cancellationToken);
        }

        return ReceiveNextAsync(cancellationToken);
    }

    private async Task<string?> ReceiveNextAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(count), cancellationToken);
            count += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("The server closed the connection.");
            }

            if (received.EndOfMessage && received.MessageType == WebSocketMessageType.Text)
            {
                return Encoding.UTF8.GetString(_buffer, 0, count);
            }

            if (received.EndOfMessage)
            {
                PictureBytes = count;
                await SendAsync(new { t = "drawn" });
                return null;
            }
        }
    }
}
