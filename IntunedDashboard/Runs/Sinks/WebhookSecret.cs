using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntunedDashboard.Runs.Sinks;

/// <summary>
/// The secret of a webhook and what is signed with it, after the Standard Webhooks specification: HMAC-SHA256 over id, time and body.
/// </summary>
public static class WebhookSecret
{
    public const string Rule = "Must be whsec_ followed by the base64 form of 24 to 64 bytes.";

    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    /// <summary>A random one.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static bool IsValid(string secret) => TryRead(secret) is not null;

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <exception cref="FormatException">The secret is not valid.</exception>
    public static string Sign(string secret, string id, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        var key = TryRead(secret) ?? throw new FormatException("The stored webhook secret cannot be read.");
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{time.ToUnixTimeSeconds()}."));
        byte[] signed = [.. head, .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    private static byte[]? TryRead(string secret)
    {
        var buffer = new byte[MostBytes];
        return secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length)
            && length >= LeastBytes
            ? buffer[..length]
            : null;
    }
}

/// <summary>The headers of the Standard Webhooks specification.</summary>
public static class WebhookHeaders
{
    public const string Id = "webhook-id";
    public const string Time = "webhook-timestamp";
    public const string Signature = "webhook-signature";
}
