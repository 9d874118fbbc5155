namespace IntunedDashboard.Platform;

/// <summary>A forward proxy, <c>http://user:password@host:port</c>. The password is a secret: show <see cref="Masked"/> only.</summary>
public sealed record ProxySettings(string Server, string Username, string Password)
{
    /// <summary>What is said of a value that <see cref="TryParse"/> refuses.</summary>
    public const string Rule = "Must be an address such as http://user:password@host:port.";

    /// <summary>For people: the password is dots.</summary>
    public string Masked
    {
        get
        {
            var uri = new Uri(Server);
            return Username.Length == 0 ? Server : $"{uri.Scheme}://{Username}:••••@{uri.Authority}";
        }
    }

    /// <summary>The published form with another text in the place of the password; what has no password stays as it is.</summary>
    public static string WithPassword(string text, string replacement) =>
        TryParse(text, out var proxy) && proxy!.Password.Length > 0
            ? $"{new Uri(proxy.Server).Scheme}://{proxy.Username}:{replacement}@{new Uri(proxy.Server).Authority}"
            : text;

    /// <summary>Reads a proxy that was validated when it came in.</summary>
    /// <exception cref="FormatException">It is no proxy. A Run must fail then: going out directly would give the account away.</exception>
    public static ProxySettings Parse(string text) =>
        TryParse(text, out var proxy) ? proxy! : throw new FormatException("The stored proxy cannot be read.");

    /// <summary>Reads the published form. Allowed schemes are http, https, socks4 and socks5.</summary>
    public static bool TryParse(string? text, out ProxySettings? proxy)
    {
        proxy = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || uri.Scheme is not ("http" or "https" or "socks4" or "socks5"))
        {
            return false;
        }

        var user = uri.UserInfo.Split(':', 2);
        var port = uri.IsDefaultPort || uri.Port < 0 ? string.Empty : $":{uri.Port}";
        proxy = new ProxySettings(
            $"{uri.Scheme}://{uri.Host}{port}",
            Uri.UnescapeDataString(user[0]),
            user.Length == 2 ? Uri.UnescapeDataString(user[1]) : string.Empty);
        return true;
    }
}
