using System.Security.Cryptography;
using System.Text;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects.KeyValues;

/// <summary>
/// The <c>persistentStore</c> of automations: project-wide, shared by all Runs, without transactions. The last of two writers wins.
/// Safe for concurrent use.
/// </summary>
public sealed class KeyValueStore(IDbContextFactory<AppDbContext> contexts, SecretProtector protector, TimeProvider clock)
{
    /// <summary>UTF-8 bytes of one value.</summary>
    public const int MaxValueBytes = 2 * 1024 * 1024;

    /// <returns>JSON, or null when nothing is stored under the key.</returns>
    /// <exception cref="RequestException">The key is not allowed.</exception>
    public async Task<string?> GetAsync(Guid projectId, string key, CancellationToken cancellationToken)
    {
        var stored = StoredKey(key);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.Set<KeyValue>().AsNoTracking()
            .Where(v => v.ProjectId == projectId && v.Key == stored)
            .Select(v => v.ProtectedValue)
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : protector.Unprotect(Purpose(projectId, stored), found);
    }

    /// <param name="fence">Of the Run that writes.</param>
    /// <exception cref="RequestException">The key is not allowed, or the value is too large.</exception>
    public async Task SetAsync(Guid projectId, string key, string valueJson, WriteFence fence, CancellationToken cancellationToken)
    {
        var stored = StoredKey(key);
        if (Encoding.UTF8.GetByteCount(valueJson) > MaxValueBytes)
        {
            throw RequestException.Invalid("value", $"persistentStore: the value for {key} is larger than {MaxValueBytes} bytes.");
        }

        var protectedValue = protector.Protect(Purpose(projectId, stored), valueJson);
        var value = new KeyValue { ProjectId = projectId, Key = stored, ProtectedValue = protectedValue, UpdatedAt = clock.GetUtcNow() };
        try
        {
            await WriteAsync(value, mayAdd: true, fence, cancellationToken);
        }
        catch (DbUpdateException fault) when (!DatabasePatience.IsUnreachable(fault))
        {
            // Another Run was first, or the project was deleted meanwhile: then there is nothing to write to.
            await WriteAsync(value, mayAdd: false, fence, cancellationToken);
        }
    }

    private async Task WriteAsync(KeyValue value, bool mayAdd, WriteFence fence, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        if (!await UpdateAsync(db, value.ProjectId, value.Key, value.ProtectedValue, value.UpdatedAt, cancellationToken) && mayAdd)
        {
            db.Add(value);
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> UpdateAsync(
        AppDbContext db, Guid projectId, string key, string protectedValue, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.Set<KeyValue>()
            .Where(v => v.ProjectId == projectId && v.Key == key)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.ProtectedValue, protectedValue).SetProperty(v => v.UpdatedAt, now), cancellationToken) == 1;

    /// <summary>Crawlers make keys of addresses, which may be longer than an index can hold: those end in a hash.</summary>
    private static string StoredKey(string key)
    {
        if (key.Length < 1 || key.AsSpan().ContainsAny(':', '#'))
        {
            throw RequestException.Invalid("key", "persistentStore: a key has at least one character and contains neither ':' nor '#'.");
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return key.Length <= KeyValue.MaxKeyLength ? key : $"{key[..(KeyValue.MaxKeyLength - hash.Length - 1)]}#{hash}";
    }

    private static string Purpose(Guid projectId, string key) => $"persistent-store:{projectId:N}:{key}";
}
