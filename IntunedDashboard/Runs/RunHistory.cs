using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>Knows Runs that are still needed although they ended long ago. Every registered one is asked.</summary>
public interface IRunKeeper
{
    /// <returns>The ids of those among them that are needed.</returns>
    Task<IReadOnlyCollection<string>> FindNeededAsync(AppDbContext db, IReadOnlyCollection<EndedRun> runs, DateTimeOffset before, CancellationToken cancellationToken);
}

public sealed record EndedRun(string Id, Guid ProjectId, string? JobRunId);

/// <summary>Runs with all that belongs to them: attempts, logs, results, deliveries, traces, saved files.</summary>
public sealed class RunHistory(
    IDbContextFactory<AppDbContext> contexts, IArtifactStore artifacts, IEnumerable<IRunKeeper> keepers, ILiveSignals signals) : IHistory
{
    private const int PageSize = 100;

    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (forgotten, last) = (0, 0L);
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var page = await db.Set<Run>().AsNoTracking()
                .Where(r => r.Seq > last)
                .OrderBy(r => r.Seq)
                .Take(PageSize)
                .Select(r => new { r.Seq, r.CreatedAt, r.FinishedAt, Ended = new EndedRun(r.Id, r.ProjectId, r.JobRunId) })
                .ToListAsync(cancellationToken);

            // They are numbered as they are made: behind the first young one there is none that ended long ago.
            var old = page.TakeWhile(r => r.CreatedAt < before).ToList();
            forgotten += await DeleteAsync(db, old.Where(r => r.FinishedAt < before).Select(r => r.Ended).ToList(), before, cancellationToken);
            if (old.Count < PageSize)
            {
                return forgotten;
            }

            last = old[^1].Seq;
        }
    }

    private async Task<int> DeleteAsync(AppDbContext db, List<EndedRun> runs, DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (var keeper in keepers.TakeWhile(_ => runs.Count > 0))
        {
            var needed = await keeper.FindNeededAsync(db, runs, before, cancellationToken);
            runs.RemoveAll(r => needed.Contains(r.Id));
        }

        if (runs.Count == 0)
        {
            return 0;
        }

        // Files first: a row without them is found by the next pass, files without a row by nobody.
        foreach (var run in runs)
        {
            await artifacts.DeleteAsync(AttemptRunner.ArtifactFolder(run.ProjectId, run.Id), cancellationToken);
        }

        var ids = runs.ConvertAll(r => r.Id);
        var deleted = await db.Set<Run>().Where(r => ids.Contains(r.Id) && r.FinishedAt != null).ExecuteDeleteAsync(cancellationToken);
        var keys = runs.Select(r => r.JobRunId ?? r.Id).Distinct().ToList();
        await db.Set<StoredSink>()
            .Where(s => keys.Contains(s.Key) && !db.Set<Run>().Any(r => r.JobRunId == s.Key || r.Id == s.Key))
            .ExecuteDeleteAsync(cancellationToken);
        foreach (var projectId in runs.Select(r => r.ProjectId).Distinct())
        {
            signals.Publish(LiveTopics.Runs(projectId));
        }

        return deleted;
    }
}
