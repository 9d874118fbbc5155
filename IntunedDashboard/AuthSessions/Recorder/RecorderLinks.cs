using System.Security.Cryptography;
using System.Text;
using IntunedDashboard.Data;
using IntunedDashboard.Http;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <param name="Url">Holds the secret; it is told once.</param>
public sealed record RecorderLinkMade(string Url, DateTimeOffset ExpiresAt);

/// <summary>Makes links for end users and knows who may still use them. Every use is logged. Safe for concurrent use.</summary>
public sealed class RecorderLinks(
    IDbContextFactory<AppDbContext> contexts,
    SecretProtector protector,
    PublicAddress address,
    IOptions<RecorderOptions> options,
    TimeProvider clock,
    ILogger<RecorderLinks> logger)
{
    public const string Route = "/connect";

    private const int SecretLength = 43;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>Says nothing about whether there ever was such a link.</summary>
    public const string Refusal = "This link was used already or is no longer valid. Ask for a new one.";

    public async Task<RecorderLinkMade> CreateAsync(AuthSession session, string createdBy, string? proxy, CancellationToken cancellationToken)
    {
        var (id, token, now) = (Guid.CreateVersion7(), Ids.NewSecret(SecretLength), clock.GetUtcNow());
        var link = new RecorderLink
        {
            Id = id,
            SessionKey = session.Key,
            TokenHash = Ids.HashOf(token),
            ProtectedProxy = proxy is null ? null : protector.Protect(Purpose(id), proxy),
            CreatedBy = createdBy,
            CreatedAt = now,
            ExpiresAt = now + options.Value.LinkLifetime,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(link);
        await db.SaveChangesAsync(cancellationToken);
        RecorderLog.LinkMade(logger, createdBy, session.Id, id);
        return new RecorderLinkMade($"{address.Url}{Route}/{token}", link.ExpiresAt);
    }

    /// <summary>Gives the link to the browser that asks, if nobody has it yet.</summary>
    /// <param name="cookie">What the browser showed, or null.</param>
    /// <returns>The link, and the cookie for a browser that has just got it; nothing when it is somebody else's, over or none.</returns>
    public async Task<(RecorderLink? Link, string? Cookie)> ClaimAsync(string token, string? cookie, string from, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } link)
        {
            RecorderLog.LinkRefused(logger, from);
            return (null, null);
        }

        if (IsClaimedBy(link, cookie))
        {
            return (link, null);
        }

        var (secret, now) = (Ids.NewSecret(SecretLength), clock.GetUtcNow());
        var hash = Ids.HashOf(secret);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var claimed = await db.Set<RecorderLink>()
            .Where(l => l.Id == link.Id && l.ClaimHash == null && l.ExpiresAt > now)
            .ExecuteUpdateAsync(
                set => set.SetProperty(l => l.ClaimHash, hash).SetProperty(l => l.ClaimedAt, now).SetProperty(l => l.ClaimedFrom, from), cancellationToken);
        if (claimed == 0)
        {
            RecorderLog.LinkRefused(logger, from);
            return (null, null);
        }

        RecorderLog.LinkOpened(logger, link.Id, from);
        return (link, secret);
    }

    /// <summary>Takes the claim back, when the login could not begin.</summary>
    public async Task ReleaseAsync(RecorderLink link)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.Set<RecorderLink>().Where(l => l.Id == link.Id).ExecuteUpdateAsync(
            set => set.SetProperty(l => l.ClaimHash, (string?)null).SetProperty(l => l.ClaimedAt, (DateTimeOffset?)null), CancellationToken.None);
    }

    /// <returns>Null unless the browser that shows the cookie has opened this link.</returns>
    public async Task<RecorderLink?> FindClaimedAsync(string token, string? cookie, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } link && IsClaimedBy(link, cookie) ? link : null;

    public string? ProxyOf(RecorderLink link) => link.ProtectedProxy is null ? null : protector.Unprotect(Purpose(link.Id), link.ProtectedProxy);

    public async Task DropOldAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<RecorderLink>().Where(l => l.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    private static bool IsClaimedBy(RecorderLink link, string? cookie) =>
        link.ClaimHash is { } hash && cookie is { Length: SecretLength }
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Ids.HashOf(cookie)));

    private async Task<RecorderLink?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length != SecretLength || !token.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        var hash = Ids.HashOf(token);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<RecorderLink>().AsNoTracking().FirstOrDefaultAsync(l => l.TokenHash == hash, cancellationToken);
    }

    private static string Purpose(Guid id) => $"recorder-link-proxy:{id:N}";
}
