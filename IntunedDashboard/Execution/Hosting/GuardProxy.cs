using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>
/// The only way out of a hosted browser: a forward proxy on loopback that opens what <see cref="GuardRules"/> allow, directly or
/// through the session's own proxy. Rules that look at addresses in the browser would miss frames, workers, redirects and names that
/// change their meaning.
/// </summary>
internal sealed class GuardProxy : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, Task> _connections = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly GuardRules _rules;
    private readonly UpstreamProxy? _upstream;
    private readonly ILogger _logger;
    private readonly string _password = Ids.NewSecret(32);
    private readonly Task _accepting;

    public GuardProxy(GuardRules rules, ProxySettings? upstream, ILogger logger)
    {
        (_rules, _logger, _closed) = (rules, logger, _closing.Token);
        _upstream = upstream is null ? null : new UpstreamProxy(upstream);
        _listener.Start();
        Settings = new ProxySettings($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}", "guard", _password);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Called on any thread with a sentence for the person, when something was not opened.</summary>
    public Action<string>? Refused { get; set; }

    /// <summary>What the browser's context is given. The password keeps other users of this machine out.</summary>
    public ProxySettings Settings { get; }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        foreach (var client in _connections.Keys)
        {
            client.Dispose();
        }

        await _accepting;
        await Task.WhenAll(_connections.Values);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed);
                client.NoDelay = true;
                _connections[client] = Task.CompletedTask;
                _connections[client] = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        try
        {
            await using var browser = client.GetStream();
            while (await RequestHead.ReadAsync(browser, _closed) is { } head)
            {
                if (!IsOurs(head))
                {
                    await AnswerAsync(browser, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"guard\"\r\nConnection: keep-alive\r\n", string.Empty);
                    continue;
                }

                await ForwardAsync(head, browser);
                return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or FormatException)
        {
            HostingLog.ConnectionEnded(_logger, e);
        }
        finally
        {
            client.Dispose();
            _connections.TryRemove(client, out _);
        }
    }

    private bool IsOurs(RequestHead head) =>
        head.Header("Proxy-Authorization") == "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"guard:{_password}"));

    private async Task ForwardAsync(RequestHead head, Stream browser)
    {
        Stream site;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closed);
            patience.CancelAfter(Patience);
            site = await OpenAsync(head, patience.Token);
        }
        catch (TargetRefusedException refusal)
        {
            Refused?.Invoke(refusal.Message);
            await AnswerAsync(browser, "403 Forbidden", "Connection: close\r\n", refusal.Message);
            return;
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !_closed.IsCancellationRequested))
        {
            await AnswerAsync(browser, "502 Bad Gateway", "Connection: close\r\n", $"{head.Host} cannot be reached.");
            return;
        }

        await using (site)
        {
            if (head.IsTunnel)
            {
                await browser.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _closed);
            }
            else
            {
                await site.WriteAsync(_upstream is { SpeaksHttp: true } proxy ? proxy.Forwarded(head) : head.ForSite(), _closed);
            }

            // Either end may finish first; then the other has nothing more to say.
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_closed);
            await Task.WhenAny(browser.CopyToAsync(site, end.Token), site.CopyToAsync(browser, end.Token));
            await end.CancelAsync();
        }
    }

    private async Task<Stream> OpenAsync(RequestHead head, CancellationToken cancellationToken)
    {
        if (_upstream is null)
        {
            return await _rules.ConnectAsync(head.Host, head.Port, head.Path, cancellationToken);
        }

        _rules.CheckForProxy(head.Host, head.Port, head.Path);
        return await _upstream.OpenAsync(head, cancellationToken);
    }

    private async Task AnswerAsync(Stream browser, string status, string headers, string sentence)
    {
        var body = sentence.Length == 0
            ? string.Empty
            : $"<!doctype html><meta charset=utf-8><title>Not opened</title><body style=\"font:16px system-ui;margin:3em\"><p>{WebUtility.HtmlEncode(sentence)}</p>";
        var text = $"HTTP/1.1 {status}\r\n{headers}Content-Type: text/html; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
        await browser.WriteAsync(Encoding.UTF8.GetBytes(text), _closed);
    }
}
