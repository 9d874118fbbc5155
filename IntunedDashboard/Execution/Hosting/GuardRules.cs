using System.Net;
using System.Net.NetworkInformation;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>
/// Where a hosted browser may go. The platform's own addresses are closed to it whatever the settings say: seen from this machine they
/// may show what only its owner may see. Everything is decided on addresses that are then connected to, never on names alone.
/// </summary>
internal sealed class GuardRules(OutboundTargets targets, IReadOnlyList<Uri> own, int devToolsPort, string? openPath)
{
    private const string OwnAddress = "This is the address of the dashboard itself, which this browser does not open.";

    /// <summary>Opens a connection, or says in a sentence why not.</summary>
    /// <param name="path">Of a plain request; null where it cannot be seen.</param>
    /// <exception cref="TargetRefusedException">It must not be opened.</exception>
    public Task<Stream> ConnectAsync(string host, int port, string? path, CancellationToken cancellationToken)
    {
        CheckName(host, port, path);
        var isOpen = IsOpen(path);
        return targets.OpenAsync(
            new DnsEndPoint(host, port),
            // The sample site is ours and for everybody, so its being on this machine is no reason to refuse it.
            address => IsOwn(address, port) ? isOpen : null,
            OwnAddress,
            cancellationToken).AsTask();
    }

    /// <summary>What can be told of an address that somebody else will resolve.</summary>
    /// <exception cref="TargetRefusedException">It must not be opened.</exception>
    public void CheckName(string host, int port, string? path)
    {
        if (!IsOpen(path) && (IsOwnName(host, port) || (IPAddress.TryParse(host, out var literal) && IsOwn(literal, port))))
        {
            throw new TargetRefusedException(OwnAddress);
        }
    }

    /// <summary>The same for a proxy's network, where names mean what the proxy thinks.</summary>
    /// <exception cref="TargetRefusedException">It must not be opened.</exception>
    public void CheckForProxy(string host, int port, string? path)
    {
        CheckName(host, port, path);
        var isLocal = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        if (!targets.AllowsPrivate && (isLocal || (IPAddress.TryParse(host, out var literal) && OutboundTargets.IsPrivate(literal))))
        {
            throw OutboundTargets.Refusal(host);
        }
    }

    private bool IsOpen(string? path) => path is not null && openPath is not null && !path.Contains('%', StringComparison.Ordinal)
        && !path.Contains('\\', StringComparison.Ordinal)
        && (path == openPath || path.StartsWith(openPath + "/", StringComparison.Ordinal));

    private bool IsOwnName(string host, int port) => own.Any(o => o.Port == port && o.Host.Trim('[', ']').Equals(host, StringComparison.OrdinalIgnoreCase));

    private bool IsOwn(IPAddress address, int port) =>
        (port == devToolsPort || own.Any(o => o.Port == port && IsHere(o))) && IsThisMachine(address);

    /// <summary>A public address may be that of a proxy in front, which is another machine.</summary>
    private static bool IsHere(Uri address) => address.IsLoopback || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) && IsThisMachine(literal));

    private static bool IsThisMachine(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any)
            || NetworkInterface.GetAllNetworkInterfaces().Any(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(plain)));
    }
}
