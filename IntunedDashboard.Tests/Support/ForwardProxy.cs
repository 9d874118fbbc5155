using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// A forward proxy: CONNECT, and GET or POST with a full address. It answers 407 to whoever does not know its user and password, and
/// counts. A site can ask it whether a connection came from it.
/// </summary>
public sealed class ForwardProxy : IAsyncDisposable
{
    private const int LongestHead = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, byte> _outgoing = new();
    private readonly Task _accepting;
    private int _requests;
    private int _tunnels;
    private int _refused;

    public ForwardProxy(string name, string password)
    {
        Name = name;
        Password = password;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Also the user's name.</summary>
    public string Name { get; }

    public string Password { get; }

    public string Address => $"http://{Name}:{Uri.EscapeDataString(Password)}@{Endpoint}";

    public string AddressWithWrongPassword => $"http://{Name}:wrong@{Endpoint}";

    /// <summary>Host and port.</summary>
    public string Endpoint => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What was passed on, tunnels aside.</summary>
    public int Requests => _requests;

    /// <summary>What was passed on by CONNECT.</summary>
    public int Tunnels => _tunnels;

    /// <summary>Answered with 407.</summary>
    public int Refused => _refused;

    /// <param name="port">The other side's port, as the site sees it.</param>
    public bool Carries(int port) => _outgoing.ContainsKey(port);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var inbound = client;
        try
        {
            var stream = inbound.GetStream();
            if (await ReadHeadAsync(stream) is not { } head)
            {
                return;
            }

            var lines = head.Split("\r\n");
            var authorization = lines.FirstOrDefault(l => l.StartsWith("Proxy-Authorization:", StringComparison.OrdinalIgnoreCase));
            var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Name}:{Password}"));
            if (authorization?[(authorization.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() != expected)
            {
                Interlocked.Increment(ref _refused);
                await stream.WriteAsync(
                    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(),
                    _stop.Token);
                return;
            }

            await PassOnAsync(stream, lines);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The browser or the site has gone.
        }
    }

    private async Task PassOnAsync(NetworkStream inbound, string[] lines)
    {
        var parts = lines[0].Split(' ');
        var isTunnel = parts[0] == "CONNECT";
        var target = new Uri(isTunnel ? $"http://{parts[1]}" : parts[1]);
        using var site = new TcpClient();
        await site.ConnectAsync(target.Host, target.Port, _stop.Token);
        _outgoing[((IPEndPoint)site.Client.LocalEndPoint!).Port] = 0;
        var outbound = site.GetStream();
        if (isTunnel)
        {
            Interlocked.Increment(ref _tunnels);
            await inbound.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
        }
        else
        {
            Interlocked.Increment(ref _requests);
            var kept = lines.Skip(1).Where(l => l.Length > 0 && !l.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
                && !l.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
            var head = string.Join("\r\n", [$"{parts[0]} {target.PathAndQuery} HTTP/1.1", .. kept, "Connection: close", string.Empty, string.Empty]);
            await outbound.WriteAsync(Encoding.Latin1.GetBytes(head), _stop.Token);
        }

        // The answer's end is the connection's end; a browser keeps its own side open for longer.
        var up = inbound.CopyToAsync(outbound, _stop.Token);
        await outbound.CopyToAsync(inbound, _stop.Token);
        site.Close();
        inbound.Close();
        await up.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <returns>Null when the other side sent nothing.</returns>
    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < LongestHead)
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
            if (head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString();
            }
        }

        return null;
    }
}
