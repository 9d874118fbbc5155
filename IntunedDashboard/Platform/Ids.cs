using System.Security.Cryptography;
using System.Text;

namespace IntunedDashboard.Platform;

/// <summary>Random identifiers. All come from a cryptographic generator, so they may serve as unguessable names.</summary>
public static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>21 characters, letters and digits only: the form of Run and operation ids.</summary>
    public static string NewRunId() => RandomNumberGenerator.GetString(Alphabet, 21);

    /// <summary>12 characters, for correlating what a user saw with what was logged.</summary>
    public static string NewCorrelationId() => RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>A secret of the given length; 22 characters and more cannot be guessed.</summary>
    public static string NewSecret(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>What is kept of a secret to know it again: SHA-256, hexadecimal.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
