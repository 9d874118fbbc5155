using System.Net;
using System.Net.Sockets;

namespace IntunedDashboard.Platform;

/// <summary>An address that this installation must not call on behalf of those who configure it. Its message is for people.</summary>
public sealed class TargetRefusedException(string message) : IOException(message);

/// <summary>
/// Connections to addresses that users name. Unless the setting allows it, they reach only public hosts: the name is resolved here,
/// every answer is checked, and the connection goes to an address that was checked, so that a name cannot mean one host while it is
/// checked and another when it is called. Safe for concurrent use.
/// </summary>
public sealed class OutboundTargets(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    public const string Setting = "Network:AllowPrivateTargets";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Long enough for many deliveries over one connection, short enough for a name that moves.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of an answer that are read so that its connection can be used again; a longer one costs its connection.</summary>
    private const int MostDrained = 64 * 1024;

    private static readonly IPNetwork[] Private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "fc00::/7", "fe80::/9", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Networks whose addresses carry an IPv4 address, with the byte at which it begins.</summary>
    private static readonly (IPNetwork Network, int Offset)[] Carriers = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>Whether an address lies outside of what everybody on the internet can reach.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPrivate(address.MapToIPv4());
        }

        foreach (var (network, offset) in Carriers)
        {
            if (network.Contains(address))
            {
                return IsPrivate(new IPAddress(address.GetAddressBytes().AsSpan(offset, 4)));
            }
        }

        return Array.Exists(Private, network => network.Contains(address));
    }

    /// <summary>Whether loopback, private and reserved addresses may be reached.</summary>
    public bool AllowsPrivate => allowPrivate;

    public static TargetRefusedException Refusal(string host) => new(
        $"{host} is a loopback, private or reserved address. An administrator can allow such targets with {Setting}.");

    /// <summary>A client that follows no redirect, keeps no cookies, uses no proxy and connects only where it may.</summary>
    public HttpClient CreateClient() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseDrainSize = MostDrained,
            ConnectCallback = (context, cancellationToken) => OpenAsync(context.DnsEndPoint, _ => null, string.Empty, cancellationToken),
        })
    {
        // Callers have deadlines of their own.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Connects to where the setting and the caller let it.</summary>
    /// <param name="allow">What the caller says of an address: true or false to decide it, null to leave it to the setting.</param>
    /// <param name="refusal">What is said where the caller refuses.</param>
    /// <exception cref="TargetRefusedException">It must not be reached.</exception>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public async ValueTask<Stream> OpenAsync(
        DnsEndPoint target, Func<IPAddress, bool?> allow, string refusal, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellationToken);
        foreach (var address in addresses)
        {
            var said = allow(address);
            if (said == false)
            {
                throw new TargetRefusedException(refusal);
            }

            if (said is null && !allowPrivate && IsPrivate(address))
            {
                throw Refusal(target.Host);
            }
        }

        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                last = fault;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}
