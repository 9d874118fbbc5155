using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>JobRuns with their items. The Runs of one stay as long as it does, and it goes when the last of them has gone.</summary>
internal sealed class JobRunHistory(IDbContextFactory<AppDbContext> contexts, ILiveSignals signals) : IHistory, IRunKeeper
{
    public async Task<IReadOnlyCollection<string>> FindNeededAsync(
        AppDbContext db, IReadOnlyCollection<EndedRun> runs, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var ids = runs.Select(r => r.JobRunId).OfType<string>().Distinct().ToList();
        var needed = await db.Set<JobRun>()
            .Where(r => ids.Contains(r.Id) && (r.EndedAt == null || r.EndedAt >= before))
            .Select(r => r.Id)
            .ToListAsync(cancellationToken);
        return runs.Where(r => r.JobRunId is not null && needed.Contains(r.JobRunId)).Select(r => r.Id).ToList();
    }

    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var old = await db.Set<JobRun>().AsNoTracking()
            .Where(r => r.EndedAt < before && !db.Set<Run>().Any(run => run.JobRunId == r.Id))
            .Select(r => new { r.Seq, r.Id, r.ProjectId })
            .ToListAsync(cancellationToken);
        foreach (var jobRun in old)
        {
            // One at a time: its items may be many thousands.
            await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq).ExecuteDeleteAsync(cancellationToken);
            await db.Set<StoredSink>().Where(s => s.Key == jobRun.Id).ExecuteDeleteAsync(cancellationToken);
        }

        foreach (var projectId in old.Select(r => r.ProjectId).Distinct())
        {
            signals.Publish(LiveTopics.Jobs(projectId));
        }

        return old.Count;
    }
}
