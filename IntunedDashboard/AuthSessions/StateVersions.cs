using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.AuthSessions;

/// <summary>The kept browser states of sessions as rows: encrypted, numbered, and only a few of them. Saving is up to the caller.</summary>
public sealed class StateVersions(SecretProtector protector, IOptions<AuthSessionOptions> options, TimeProvider clock)
{
    public AuthSessionState New(Guid sessionKey, int version, string runId, string stateJson, DateTimeOffset? promotedAt) => new()
    {
        SessionKey = sessionKey,
        Version = version,
        RunId = runId,
        ProtectedState = protector.Protect(Purpose(sessionKey), stateJson),
        SummaryJson = JsonSerializer.Serialize(BrowserState.Summarize(stateJson), JsonSerializerOptions.Web),
        CapturedAt = clock.GetUtcNow(),
        PromotedAt = promotedAt,
    };

    public static async Task<int> NextAsync(AppDbContext db, Guid sessionKey, CancellationToken cancellationToken) =>
        1 + (await db.Set<AuthSessionState>().Where(s => s.SessionKey == sessionKey).MaxAsync(s => (int?)s.Version, cancellationToken) ?? 0);

    public async Task DropOldAsync(AppDbContext db, Guid sessionKey, CancellationToken cancellationToken)
    {
        var kept = await db.Set<AuthSessionState>().Where(s => s.SessionKey == sessionKey)
            .OrderByDescending(s => s.Version).Select(s => s.Version).Take(options.Value.StateVersionsKept).ToListAsync(cancellationToken);
        await db.Set<AuthSessionState>()
            .Where(s => s.SessionKey == sessionKey && !kept.Contains(s.Version))
            .ExecuteDeleteAsync(cancellationToken);
    }

    public string Open(Guid sessionKey, string protectedState) => protector.Unprotect(Purpose(sessionKey), protectedState);

    private static string Purpose(Guid sessionKey) => $"auth-session-state:{sessionKey:N}";
}
