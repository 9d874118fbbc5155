using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>Runs that have not ended use their session.</summary>
public sealed class RunSessionUse(IDbContextFactory<AppDbContext> contexts) : IAuthSessionUse
{
    public async Task<bool> IsUsedAsync(Guid sessionKey, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().AnyAsync(r => r.AuthSessionKey == sessionKey && r.FinishedAt == null, cancellationToken);
    }
}
