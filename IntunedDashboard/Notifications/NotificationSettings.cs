using System.Globalization;
using IntunedDashboard.Runs.Sinks;
using MailKit.Security;
using MimeKit;

namespace IntunedDashboard.Notifications;

/// <summary>Where notifications are posted.</summary>
public sealed record WebhookNotices(string Url, string? Secret)
{
    public const string Section = "Notifications:Webhook";

    /// <returns>Null when none is configured.</returns>
    public static WebhookNotices? Of(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        return section.Text("Url") is { } url ? new WebhookNotices(url, section.Text("Secret")) : null;
    }
}

/// <summary>How notifications are mailed.</summary>
public sealed record EmailNotices(string Host, int Port, SecureSocketOptions Security, string From, string To)
{
    public const string Section = "Notifications:Email";

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The words of the setting.</summary>
    public static IReadOnlyDictionary<string, (SecureSocketOptions Option, int Port)> Securities { get; } =
        new Dictionary<string, (SecureSocketOptions, int)>(StringComparer.OrdinalIgnoreCase)
        {
            ["StartTls"] = (SecureSocketOptions.StartTls, 587),
            ["Tls"] = (SecureSocketOptions.SslOnConnect, 465),
            ["None"] = (SecureSocketOptions.None, 25),
        };

    /// <returns>Null when none are configured.</returns>
    public static EmailNotices? Of(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (section.Text("Host") is not { } host)
        {
            return null;
        }

        var (security, port) = Securities[section.Text("Security") ?? "StartTls"];
        port = section.Text("Port") is { } configured ? int.Parse(configured, CultureInfo.InvariantCulture) : port;
        return new EmailNotices(host, port, security, section.Text("From")!, section.Text("To")!)
        {
            User = section.Text("User"),
            Password = section.Text("Password"),
        };
    }
}

/// <summary>What the settings of notifications may be, alone and together. No answer repeats a value that can be a secret.</summary>
public static class NotificationSettings
{
    private const int MostRecipients = 50;
    private static readonly string[] Needed = ["Host", "From", "To"];

    public static string? UrlFault(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? null
            : "Must be an address that starts with http:// or https://.";

    public static string? SecretFault(string value) => WebhookSecret.IsValid(value) ? null : WebhookSecret.Rule;

    public static string? HostFault(string value) =>
        Uri.CheckHostName(value) == UriHostNameType.Unknown ? $"Must be the name or address of a host, without a port, not '{value}'." : null;

    public static string? SenderFault(string value) =>
        MailboxAddress.TryParse(value, out var sender) && IsWhole(sender)
            ? null
            : $"Must be an email address, such as alerts@example.com or Alerts <alerts@example.com>, not '{value}'.";

    public static string? RecipientsFault(string value) =>
        InternetAddressList.TryParse(value, out var list) && list.Count is > 0 and <= MostRecipients && list.All(a => a is MailboxAddress box && IsWhole(box))
            ? null
            : $"Must be 1 to {MostRecipients} email addresses with commas between them, not '{value}'.";

    /// <summary>Settings that are missing beside others, or contradict them.</summary>
    public static IEnumerable<(string Name, string Message)> FindFaults(IConfiguration configuration)
    {
        var webhook = configuration.GetSection(WebhookNotices.Section);
        if (webhook.Text("Secret") is not null && webhook.Text("Url") is null)
        {
            yield return ($"{webhook.Path}:Url", $"Must be set, because {webhook.Path}:Secret is.");
        }

        var email = configuration.GetSection(EmailNotices.Section);
        if (!email.GetChildren().Any(s => !string.IsNullOrEmpty(s.Value)))
        {
            yield break;
        }

        foreach (var needed in Needed.Where(name => email.Text(name) is null))
        {
            yield return ($"{email.Path}:{needed}", $"Must be set: mails need {email.Path}:Host, From and To.");
        }

        var (user, password) = (email.Text("User") is not null, email.Text("Password") is not null);
        if (user != password)
        {
            yield return ($"{email.Path}:{(user ? "Password" : "User")}", $"{email.Path}:User and {email.Path}:Password must be set together.");
        }

        if (password && string.Equals(email.Text("Security"), "None", StringComparison.OrdinalIgnoreCase) && !IsThisMachine(email.Text("Host")))
        {
            yield return ($"{email.Path}:Security", "Must be StartTls or Tls: without, others could read the password on its way.");
        }
    }

    /// <summary>An empty setting is none.</summary>
    internal static string? Text(this IConfigurationSection section, string name) => section[name] is { Length: > 0 } text ? text : null;

    private static bool IsWhole(MailboxAddress box) => box.LocalPart.Length > 0 && box.Domain.Length > 0;

    private static bool IsThisMachine(string? host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));
}
