using System.Globalization;
using System.Text;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>The first lines of a request to a forward proxy.</summary>
internal sealed class RequestHead
{
    private const int MostBytes = 64 * 1024;

    private readonly string _method;
    private readonly string _version;
    private readonly Uri? _uri;
    private readonly IReadOnlyList<string> _headers;
    private readonly byte[] _rest;

    private RequestHead(string[] lines, byte[] rest)
    {
        if (lines[0].Split(' ') is not [var method, var target, var version])
        {
            throw new FormatException("This is no request.");
        }

        (_method, _version, _headers, _rest) = (method, version, [.. lines.Skip(1)], rest);
        if (IsTunnel)
        {
            var colon = target.LastIndexOf(':');
            Host = colon < 0 ? throw new FormatException("A tunnel names no port.") : target[..colon].Trim('[', ']');
            Port = int.Parse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            return;
        }

        _uri = new Uri(target, UriKind.Absolute);
        (Host, Port) = (_uri.Host.Trim('[', ']'), _uri.Port);
    }

    public bool IsTunnel => _method == "CONNECT";

    /// <summary>A name, or an address without brackets.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>Null for a tunnel, whose requests nobody sees.</summary>
    public string? Path => _uri?.AbsolutePath;

    /// <summary>Host and port as a tunnel is asked for.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <returns>Null when the other side has closed.</returns>
    public static async Task<RequestHead?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostBytes];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                return new RequestHead(Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n"), buffer[(end + 4)..length]);
            }

            if (length == buffer.Length)
            {
                throw new FormatException("The head of the request is too long.");
            }
        }
    }

    public string? Header(string name) =>
        _headers.FirstOrDefault(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    /// <summary>As a site gets it: one request for each connection, so that no later one goes past the rules.</summary>
    public byte[] ForSite() => Write(_uri!.PathAndQuery, []);

    /// <summary>As another proxy gets it.</summary>
    public byte[] ForProxy(IEnumerable<string> headers) => Write(_uri!.AbsoluteUri, headers);

    private byte[] Write(string target, IEnumerable<string> added)
    {
        var kept = _headers.Where(h => !h.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !h.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
        var lines = new[] { $"{_method} {target} {_version}" }.Concat(kept).Concat(added).Append("Connection: close");
        return [.. Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), .. _rest];
    }
}
