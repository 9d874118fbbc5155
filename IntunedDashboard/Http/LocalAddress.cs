using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IntunedDashboard.Http;

/// <summary>Under which address this process answers to others on the same machine.</summary>
public sealed class LocalAddress(IServer server)
{
    /// <returns>Without a slash at the end, such as <c>http://localhost:5210</c>; null before the server listens.</returns>
    public string? Find()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = addresses.OrderByDescending(a => a.StartsWith("http://", StringComparison.OrdinalIgnoreCase)).FirstOrDefault();
        return address is null ? null : ReplaceWildcard(address).TrimEnd('/');
    }

    /// <summary>An address that means all interfaces is none that can be visited.</summary>
    private static string ReplaceWildcard(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal) + 3;
        var rest = address[scheme..];
        foreach (var wildcard in new[] { "*", "+", "0.0.0.0", "[::]" })
        {
            if (rest.StartsWith(wildcard, StringComparison.Ordinal))
            {
                return address[..scheme] + "localhost" + rest[wildcard.Length..];
            }
        }

        return address;
    }
}
