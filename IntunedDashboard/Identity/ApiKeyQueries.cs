using System.Security.Cryptography;
using System.Text;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Identity;

/// <summary>An API key as people see it: everything but the secret.</summary>
public sealed record ApiKeyView(
    Guid Id,
    string Name,
    Role Role,
    string Prefix,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

public sealed class ApiKeyQueries(IDbContextFactory<AppDbContext> contexts, TimeProvider time)
{
    private static readonly TimeSpan LastUsedPrecision = TimeSpan.FromMinutes(1);

    /// <returns>The keys that were not revoked, newest first.</returns>
    public async Task<IReadOnlyList<ApiKeyView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<ApiKey>().AsNoTracking()
            .Where(k => k.RevokedAt == null)
            .OrderByDescending(k => k.CreatedAt)
            .Select(k => new ApiKeyView(k.Id, k.Name, k.Role, k.Prefix, k.CreatedBy, k.CreatedAt, k.ExpiresAt, k.LastUsedAt))
            .ToListAsync(cancellationToken);
    }

    /// <returns>Who uses the secret, or null when it is unknown, revoked or expired.</returns>
    public async Task<Actor?> AuthenticateAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = Ids.HashOf(secret);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var key = await db.Set<ApiKey>().AsNoTracking().FirstOrDefaultAsync(k => k.Hash == hash, cancellationToken);
        var now = time.GetUtcNow();
        if (key is null
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(key.Hash), Encoding.ASCII.GetBytes(hash))
            || !key.IsUsableAt(now))
        {
            return null;
        }

        if (key.LastUsedAt is not { } last || now - last >= LastUsedPrecision)
        {
            await db.Set<ApiKey>().Where(k => k.Id == key.Id)
                .ExecuteUpdateAsync(k => k.SetProperty(x => x.LastUsedAt, now), cancellationToken);
        }

        return new Actor($"key:{key.Id}", key.Name, key.Role);
    }
}
