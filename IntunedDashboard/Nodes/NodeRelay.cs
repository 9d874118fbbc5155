using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Nodes;

/// <summary>Brings people to what only another node has in memory. Safe for concurrent use.</summary>
public sealed class NodeRelay(IDbContextFactory<AppDbContext> contexts, NodeCalls calls, ThisNode self, ILogger<NodeRelay> logger) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Asks another node to do something for a person.</summary>
    /// <param name="path">Below <see cref="NodeCalls.Prefix"/>.</param>
    /// <returns>Its answer; null when it knows nothing of what the path names.</returns>
    /// <exception cref="RequestException">It refuses, or cannot be reached.</exception>
    public async Task<T?> AskAsync<T>(string nodeId, Actor actor, string path, object body, CancellationToken cancellationToken)
        where T : class
    {
        path = NodeCalls.Prefix + path;
        var address = await FindAsync(nodeId, cancellationToken) ?? throw Unreachable();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address + path) { Content = JsonContent.Create(body) };
            request.Headers.Add(NodeCalls.Header, calls.Sign(actor, path));
            using var response = await _http.SendAsync(request, cancellationToken);
            switch (response.StatusCode)
            {
                case HttpStatusCode.NotFound:
                    return null;
                case HttpStatusCode.Conflict:
                    var refusal = await response.Content.ReadFromJsonAsync<NodeRefusal>(cancellationToken);
                    throw RequestException.Conflict(refusal!.Message, refusal.Code);
                default:
                    response.EnsureSuccessStatusCode();
                    return await response.Content.ReadFromJsonAsync<T>(cancellationToken);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.NotReached(fault, nodeId);
            throw Unreachable();
        }
    }

    /// <summary>Connects the web socket that the request asks for with one of another node, until either of them ends.</summary>
    /// <param name="path">Below <see cref="NodeCalls.Prefix"/>.</param>
    public async Task StreamAsync(HttpContext context, WebSocketAcceptContext accepting, string nodeId, Actor actor, string path)
    {
        path = NodeCalls.Prefix + path;
        var token = context.RequestAborted;
        using var there = new ClientWebSocket();
        there.Options.SetRequestHeader(NodeCalls.Header, calls.Sign(actor, path));
        try
        {
            var address = await FindAsync(nodeId, token) ?? throw new WebSocketException("The node is not known, or has ended.");
            await there.ConnectAsync(new Uri(string.Concat("ws", address.AsSpan("http".Length), path)), _http, token);
        }
        catch (WebSocketException fault)
        {
            // What was to be seen may be over as well, which the page shows by itself.
            logger.NotReached(fault, nodeId);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var here = await context.WebSockets.AcceptWebSocketAsync(accepting);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task[] both = [PassAsync(here, there, end.Token), PassAsync(there, here, end.Token)];
        await Task.WhenAny(both);
        end.CancelAfter(TimeSpan.FromSeconds(2));
        await Task.WhenAll(both);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> FindAsync(string nodeId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Node>().Where(n => n.Id == nodeId && n.Id != self.Id && n.EndedAt == null).Select(n => n.Address).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Until one of them closes or breaks.</summary>
    private static async Task PassAsync(WebSocket from, WebSocket to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var part = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription, cancellationToken);
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            // One side is gone: the other one is told by the end of the relay.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static RequestException Unreachable() =>
        new(RequestFault.Unavailable, "The node on which this goes on cannot be reached from the one that shows this page. Set Node:Address there to an address that leads to it.");
}

/// <summary>A refusal of another node, in words for the person.</summary>
public sealed record NodeRefusal(string Message, string? Code);
