using IntunedDashboard.Data;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>A Run stays until what it had to deliver has arrived or was given up.</summary>
internal sealed class DeliveryKeeper : IRunKeeper
{
    public async Task<IReadOnlyCollection<string>> FindNeededAsync(
        AppDbContext db, IReadOnlyCollection<EndedRun> runs, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var ids = runs.Select(r => r.Id).ToList();
        return await db.Set<Delivery>().Where(d => ids.Contains(d.RunId) && d.NextAttemptAt != null).Select(d => d.RunId).ToListAsync(cancellationToken);
    }
}
