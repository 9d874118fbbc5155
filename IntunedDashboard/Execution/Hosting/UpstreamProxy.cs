using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>Connections through the session's own proxy. A proxy that refuses or is gone ends them; nothing goes out without it.</summary>
internal sealed class UpstreamProxy(ProxySettings settings)
{
    private readonly Uri _server = new(settings.Server);

    /// <summary>Whether it takes plain requests as they are; others only carry connections.</summary>
    public bool SpeaksHttp => _server.Scheme is "http" or "https";

    private string[] Authorization => settings.Username.Length == 0
        ? []
        : ["Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.Username}:{settings.Password}"))];

    public byte[] Forwarded(RequestHead head) => head.ForProxy(Authorization);

    /// <exception cref="IOException">The proxy refuses.</exception>
    /// <exception cref="SocketException">The proxy is out of reach.</exception>
    public async Task<Stream> OpenAsync(RequestHead head, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            var port = _server.Port > 0 ? _server.Port : 1080;
            await client.ConnectAsync(_server.Host, port, cancellationToken);
            Stream stream = client.GetStream();
            if (_server.Scheme == "https")
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = _server.Host }, cancellationToken);
                stream = secure;
            }

            switch (_server.Scheme)
            {
                case "socks5":
                    await OpenSocks5Async(stream, head, cancellationToken);
                    break;
                case "socks4":
                    await OpenSocks4Async(stream, head, cancellationToken);
                    break;
                default:
                    if (head.IsTunnel)
                    {
                        await OpenTunnelAsync(stream, head, cancellationToken);
                    }

                    break;
            }

            return stream;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task OpenTunnelAsync(Stream stream, RequestHead head, CancellationToken cancellationToken)
    {
        string[] lines = [$"CONNECT {head.Authority} HTTP/1.1", $"Host: {head.Authority}", .. Authorization];
        await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), cancellationToken);
        var answer = new List<byte>();
        var next = new byte[1];
        // Byte by byte: what follows the head is the site's own.
        while (answer.Count < 16 * 1024 && !(answer.Count >= 4 && answer[^4..].SequenceEqual("\r\n\r\n"u8.ToArray())))
        {
            await stream.ReadExactlyAsync(next, cancellationToken);
            answer.Add(next[0]);
        }

        if (Encoding.Latin1.GetString([.. answer]).Split(' ') is not [_, ['2', ..], ..])
        {
            throw new IOException("The proxy refused the connection.");
        }
    }

    private async Task OpenSocks5Async(Stream stream, RequestHead head, CancellationToken cancellationToken)
    {
        var hasName = settings.Username.Length > 0;
        await stream.WriteAsync(new byte[] { 5, 1, (byte)(hasName ? 2 : 0) }, cancellationToken);
        if ((await ReadAsync(stream, 2, cancellationToken))[1] != (hasName ? 2 : 0))
        {
            throw new IOException("The proxy refused the way to sign in.");
        }

        if (hasName)
        {
            byte[] user = Encoding.UTF8.GetBytes(settings.Username), password = Encoding.UTF8.GetBytes(settings.Password);
            await stream.WriteAsync((byte[])[1, (byte)user.Length, .. user, (byte)password.Length, .. password], cancellationToken);
            if ((await ReadAsync(stream, 2, cancellationToken))[1] != 0)
            {
                throw new IOException("The proxy refused its password.");
            }
        }

        var host = Encoding.ASCII.GetBytes(head.Host);
        await stream.WriteAsync((byte[])[5, 1, 0, 3, (byte)host.Length, .. host, .. Port(head)], cancellationToken);
        var answer = await ReadAsync(stream, 5, cancellationToken);
        if (answer[1] != 0)
        {
            throw new IOException("The proxy refused the connection.");
        }

        var addressLength = answer[3] switch { 1 => 4, 4 => 16, _ => answer[4] + 1 };
        await ReadAsync(stream, addressLength - 1 + 2, cancellationToken);
    }

    private async Task OpenSocks4Async(Stream stream, RequestHead head, CancellationToken cancellationToken)
    {
        // An address of 0.0.0.1 lets the proxy resolve the name that follows.
        byte[] address = IPAddress.TryParse(head.Host, out var literal) && literal.AddressFamily == AddressFamily.InterNetwork
            ? [.. literal.GetAddressBytes(), .. Encoding.ASCII.GetBytes(settings.Username), 0]
            : [0, 0, 0, 1, .. Encoding.ASCII.GetBytes(settings.Username), 0, .. Encoding.ASCII.GetBytes(head.Host), 0];
        await stream.WriteAsync((byte[])[4, 1, .. Port(head), .. address], cancellationToken);
        if ((await ReadAsync(stream, 8, cancellationToken))[1] != 90)
        {
            throw new IOException("The proxy refused the connection.");
        }
    }

    private static byte[] Port(RequestHead head)
    {
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)head.Port);
        return port;
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
