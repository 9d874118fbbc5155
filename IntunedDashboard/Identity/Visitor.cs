using System.Net;

namespace IntunedDashboard.Identity;

public static class Visitor
{
    /// <summary>Whether a browser says that a page of our own sent the request. Another site's page would send the visitor's cookie as
    /// well.</summary>
    public static bool IsFromOwnPage(HttpContext context) =>
        Uri.TryCreate(context.Request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
        && string.Equals(origin.Authority, context.Request.Host.Value, StringComparison.OrdinalIgnoreCase);

    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Whether the request surely comes from this machine. A proxy on this machine also connects from loopback, and a
    /// foreign page can point its own name at loopback: both fail here.</summary>
    public static bool IsOnThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For")
        && !context.Request.Headers.ContainsKey("Forwarded")
        && IsLoopbackName(context.Request.Host.Host);

    /// <summary>An address within this site, for going back after signing in; anything else becomes the start page.</summary>
    public static string SafeReturnUrl(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
