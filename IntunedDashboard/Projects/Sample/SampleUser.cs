using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace IntunedDashboard.Projects.Sample;

/// <param name="TotpSecret">Of the user's authenticator app, in base32; null for a user who needs no second factor.</param>
public sealed record SampleUser(string Username, string Password, string Name, string? TotpSecret = null)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsOfLetter = 5;
    private const int PeriodSeconds = 30;
    private const int Codes = 1_000_000;

    /// <summary>What the app of a user with a second factor shows (RFC 6238).</summary>
    public string CodeAt(DateTimeOffset time)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, time.ToUnixTimeSeconds() / PeriodSeconds);
#pragma warning disable CA5350 // Authenticator apps use SHA-1 in a way that its weakness does not touch.
        var mac = HMACSHA1.HashData(Key(), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(mac[^1] & 15)) & 0x7fffffff;
        return (number % Codes).ToString("D6", CultureInfo.InvariantCulture);
    }

    private byte[] Key()
    {
        var key = new List<byte>();
        var (bits, count) = (0, 0);
        foreach (var letter in TotpSecret ?? string.Empty)
        {
            (bits, count) = (((bits << BitsOfLetter) | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xfff, count + BitsOfLetter);
            if (count >= 8)
            {
                count -= 8;
                key.Add((byte)(bits >> count));
            }
        }

        return [.. key];
    }
}
