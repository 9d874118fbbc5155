namespace IntunedDashboard.Identity;

/// <summary>A program's credential. Only the hash of its secret is kept; the secret is shown once, when it is made.</summary>
public sealed class ApiKey
{
    public const string SecretPrefix = "ik_";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>The secret's first characters, so that people can tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the secret, hexadecimal.</summary>
    public required string Hash { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Exact to a minute: it is not written more often.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>At most eight characters and never more than a third of the secret.</summary>
    public static string PrefixOf(string secret) => secret[..Math.Min(8, secret.Length / 3)];

    public bool IsUsableAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || end > now);
}
