using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Intuned.Running;

namespace Intuned;

/// <summary>Where a member is null, an <c>otpauth://</c> address says it, or else it is what most sites use.</summary>
public sealed record TotpOptions
{
    /// <summary>6 to 10; usually 6.</summary>
    public int? Digits { get; init; }

    /// <summary>How long a code is valid, usually 30 seconds.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>SHA1, SHA256 or SHA512; usually SHA1.</summary>
    public HashAlgorithmName? Algorithm { get; init; }

    /// <summary>The moment the code is for; now when it is null.</summary>
    public DateTimeOffset? Time { get; init; }
}

/// <summary>Codes of authenticator apps (RFC 6238).</summary>
internal static class Totp
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsOfLetter = 5;

    public static string Make(string secret, TotpOptions options)
    {
        var given = FromUri(secret);
        var digits = Number("digits", options.Digits, given.GetValueOrDefault("digits"), 6, 10, usual: 6);
        var period = Number("period", (int?)options.Period?.TotalSeconds, given.GetValueOrDefault("period"), 1, 3600, usual: 30);
        var seconds = (options.Time ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds();
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, seconds / period);
        var mac = Mac(options.Algorithm?.Name ?? given.GetValueOrDefault("algorithm") ?? "SHA1", Base32(given["secret"]), counter);
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(mac[^1] & 15)) & 0x7fffffff;
        var code = (number % (long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        Attempt.Current?.Learn(code);
        return code;
    }

#pragma warning disable CA5350 // Authenticator apps use SHA-1 in a way that its weakness does not touch.
    private static byte[] Mac(string algorithm, byte[] key, ReadOnlySpan<byte> counter) =>
        algorithm.Replace("-", string.Empty, StringComparison.Ordinal).ToUpperInvariant() switch
        {
            "SHA1" => HMACSHA1.HashData(key, counter),
            "SHA256" => HMACSHA256.HashData(key, counter),
            "SHA512" => HMACSHA512.HashData(key, counter),
            _ => throw new RunError("Totp: the algorithm must be SHA1, SHA256 or SHA512."),
        };
#pragma warning restore CA5350

    private static int Number(string name, int? wanted, string? given, int least, int most, int usual)
    {
        var number = wanted ?? (given is null ? usual : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1);
        return number >= least && number <= most ? number : throw new RunError($"Totp: {name} must be a whole number from {least} to {most}.");
    }

    /// <summary>What a QR code holds: otpauth://totp/NAME?secret=...&amp;digits=6&amp;period=30&amp;algorithm=SHA1</summary>
    private static Dictionary<string, string> FromUri(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (!secret.TrimStart().StartsWith("otpauth:", StringComparison.OrdinalIgnoreCase))
        {
            return new() { ["secret"] = secret };
        }

        if (!Uri.TryCreate(secret.Trim(), UriKind.Absolute, out var address) || !address.Host.Equals("totp", StringComparison.OrdinalIgnoreCase))
        {
            throw new RunError("Totp: only otpauth://totp/ addresses make codes by the time.");
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal) { ["secret"] = string.Empty };
        foreach (var part in address.Query.TrimStart('?').Split('&'))
        {
            var pair = part.Split('=', 2);
            found[pair[0]] = pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : string.Empty;
        }

        return found;
    }

    /// <summary>As people copy it: in groups, in lower case, with or without padding.</summary>
    private static byte[] Base32(string text)
    {
        var letters = string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '-')).TrimEnd('=').ToUpperInvariant();
        if (letters.Length == 0 || letters.Any(letter => !Alphabet.Contains(letter, StringComparison.Ordinal)))
        {
            throw new RunError("Totp: the secret must be base32: letters and the digits 2 to 7.");
        }

        var bytes = new List<byte>();
        var (bits, value) = (0, 0);
        foreach (var letter in letters)
        {
            value = ((value << BitsOfLetter) | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xfff;
            bits += BitsOfLetter;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(value >> bits));
            }
        }

        return [.. bytes];
    }
}
