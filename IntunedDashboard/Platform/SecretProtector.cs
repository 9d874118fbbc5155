using Microsoft.AspNetCore.DataProtection;

namespace IntunedDashboard.Platform;

/// <summary>
/// Encrypts what must never lie in the database in the clear. The purpose names kind and owner
/// (<c>auth-session-parameters:{sessionKey}</c>), so that a value copied into another row cannot be read there. Safe for
/// concurrent use.
/// </summary>
public sealed class SecretProtector(IDataProtectionProvider provider)
{
    /// <exception cref="System.Security.Cryptography.CryptographicException">The value was protected for another purpose or with
    /// a key that is gone.</exception>
    public string Unprotect(string purpose, string value) => For(purpose).Unprotect(value);

    public string Protect(string purpose, string value) => For(purpose).Protect(value);

    private IDataProtector For(string purpose) => provider.CreateProtector("IntunedDashboard", purpose);
}
