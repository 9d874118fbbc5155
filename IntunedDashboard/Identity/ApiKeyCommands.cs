using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Identity;

/// <param name="ExpiresAt">Null for a key that works until it is revoked.</param>
public sealed record CreateApiKey(string Name, Role Role, DateTimeOffset? ExpiresAt);

/// <param name="Secret">Shown to the person once; it cannot be read again.</param>
public sealed record ApiKeyCreated(ApiKeyView Key, string Secret);

public sealed class ApiKeyCommands(IDbContextFactory<AppDbContext> contexts, TimeProvider time, ILogger<ApiKeyCommands> logger)
{
    private const int SecretLength = 40;
    private const int MaxNameLength = 100;

    public async Task<ApiKeyCreated> CreateAsync(Actor actor, CreateApiKey request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        var now = time.GetUtcNow();
        var name = request.Name.Trim();
        var faults = new List<FieldFault>();
        if (name.Length is 0 or > MaxNameLength)
        {
            faults.Add(new FieldFault("name", $"Give the key a name of 1 to {MaxNameLength} characters."));
        }

        if (!Enum.IsDefined(request.Role))
        {
            faults.Add(new FieldFault("role", $"Choose one of {string.Join(", ", Enum.GetNames<Role>())}."));
        }

        if (request.ExpiresAt <= now)
        {
            faults.Add(new FieldFault("expiresAt", "The expiry must lie in the future."));
        }

        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }

        var secret = ApiKey.SecretPrefix + Ids.NewSecret(SecretLength);
        var key = new ApiKey
        {
            Id = Guid.NewGuid(),
            Name = name,
            Role = request.Role,
            Prefix = ApiKey.PrefixOf(secret),
            Hash = Ids.HashOf(secret),
            CreatedBy = actor.Name,
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        logger.ApiKeyCreated(key.Id, key.Role, actor.Id);
        var view = new ApiKeyView(key.Id, key.Name, key.Role, key.Prefix, key.CreatedBy, key.CreatedAt, key.ExpiresAt, LastUsedAt: null);
        return new ApiKeyCreated(view, secret);
    }

    /// <summary>From now on the key is refused. Revoking twice is harmless.</summary>
    public async Task RevokeAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<ApiKey>().AnyAsync(k => k.Id == id, cancellationToken))
        {
            throw RequestException.NotFound("The API key");
        }

        await db.Set<ApiKey>().Where(k => k.Id == id && k.RevokedAt == null)
            .ExecuteUpdateAsync(k => k.SetProperty(x => x.RevokedAt, now), cancellationToken);
        logger.ApiKeyRevoked(id, actor.Id);
    }
}
