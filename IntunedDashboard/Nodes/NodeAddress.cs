using System.Net;

namespace IntunedDashboard.Nodes;

internal static class NodeAddress
{
    /// <summary>Where a node that listens there can be reached from another machine, as far as one can tell from here.</summary>
    /// <returns>Without a slash at the end; null when it listens nowhere.</returns>
    public static string? Of(IEnumerable<string> listening, string machine)
    {
        var addresses = listening.Select(BindingAddress.Parse).ToList();

        // A certificate names the address that people use, which is seldom this one.
        var address = addresses.Find(a => a.Scheme == Uri.UriSchemeHttp) ?? addresses.FirstOrDefault();
        return address is null ? null : $"{address.Scheme}://{(IsAny(address.Host) ? machine : address.Host)}:{address.Port}";
    }

    private static bool IsAny(string host) =>
        host is "+" or "*" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
}
