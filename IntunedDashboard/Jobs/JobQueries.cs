using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>Reads of the Jobs slice.</summary>
public interface IJobQueries
{
    /// <summary>All Jobs of a project by id. There are few of them, so they are not paged.</summary>
    Task<IReadOnlyList<JobView>> ListAsync(Guid projectId, CancellationToken cancellationToken);

    /// <returns>Null when the project has no such Job.</returns>
    Task<JobView?> FindAsync(Guid projectId, string jobId, CancellationToken cancellationToken);

    /// <summary>Items from a position on, in their order.</summary>
    Task<IReadOnlyList<JobItem>> ListPayloadAsync(Guid jobKey, int from, int limit, CancellationToken cancellationToken);

    /// <summary>The whole payload, read as it is used.</summary>
    IAsyncEnumerable<JobItem> ReadPayloadAsync(Guid jobKey, CancellationToken cancellationToken);

    /// <summary>JobRuns of one Job; newest first unless sorted otherwise. Pages count from 0.</summary>
    Task<JobRunPage> ListRunsAsync(
        Guid projectId, string jobId, int pageNumber, int pageSize, IReadOnlyList<JobRunSort> sort, CancellationToken cancellationToken);

    /// <summary>The latest JobRuns of every Job of a project, newest first, by Job id.</summary>
    Task<ILookup<string, JobRunView>> ListRecentRunsAsync(Guid projectId, int ofEach, CancellationToken cancellationToken);

    /// <returns>Null when the Job has no such JobRun.</returns>
    Task<JobRunView?> FindRunAsync(Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <summary>Items that have ended after <paramref name="afterOrder"/>, in the order in which they ended.</summary>
    Task<IReadOnlyList<JobRunResult>> ListResultsAsync(long jobRunSeq, int afterOrder, int limit, CancellationToken cancellationToken);

    /// <summary>The next times of a schedule that somebody edits, without jitter.</summary>
    IReadOnlyList<DateTimeOffset> NextTimes(JobSchedule schedule, int count);
}

public sealed class JobQueries(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IJobQueries
{
    private const int Batch = 1000;

    public async Task<IReadOnlyList<JobView>> ListAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobs = await db.Set<Job>().AsNoTracking().Where(j => j.ProjectId == projectId).OrderBy(j => j.Id).ToListAsync(cancellationToken);
        return jobs.ConvertAll(JobView.From);
    }

    public async Task<JobView?> FindAsync(Guid projectId, string jobId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var job = await db.Set<Job>().AsNoTracking().FirstOrDefaultAsync(j => j.ProjectId == projectId && j.Id == jobId, cancellationToken);
        return job is null ? null : JobView.From(job);
    }

    public async Task<IReadOnlyList<JobItem>> ListPayloadAsync(Guid jobKey, int from, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<JobPayloadItem>()
            .Where(i => i.JobKey == jobKey && i.Position >= from)
            .OrderBy(i => i.Position)
            .Take(limit)
            .Select(i => new JobItem(i.ApiName, i.ParametersJson, i.RequestTimeout, i.MaximumAttempts))
            .ToListAsync(cancellationToken);
    }

    public async IAsyncEnumerable<JobItem> ReadPayloadAsync(Guid jobKey, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = 0;
        while (true)
        {
            var items = await ListPayloadAsync(jobKey, from, Batch, cancellationToken);
            foreach (var item in items)
            {
                yield return item;
            }

            if (items.Count < Batch)
            {
                yield break;
            }

            from += items.Count;
        }
    }

    public async Task<JobRunPage> ListRunsAsync(
        Guid projectId, string jobId, int pageNumber, int pageSize, IReadOnlyList<JobRunSort> sort, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = db.Set<JobRun>().AsNoTracking()
            .Where(r => db.Set<Job>().Any(j => j.Key == r.JobKey && j.ProjectId == projectId && j.Id == jobId));
        var total = await runs.CountAsync(cancellationToken);
        var page = await Sort(runs, sort).Skip(pageNumber * pageSize).Take(pageSize).ToListAsync(cancellationToken);
        return new JobRunPage(page.ConvertAll(JobRunView.From), total);
    }

    public async Task<ILookup<string, JobRunView>> ListRecentRunsAsync(Guid projectId, int ofEach, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = await db.Set<Job>().AsNoTracking()
            .Where(j => j.ProjectId == projectId)
            .SelectMany(j => db.Set<JobRun>().Where(r => r.JobKey == j.Key).OrderByDescending(r => r.Seq).Take(ofEach))
            .ToListAsync(cancellationToken);
        return runs.OrderByDescending(r => r.Seq).Select(JobRunView.From).ToLookup(r => r.JobId, StringComparer.Ordinal);
    }

    public async Task<JobRunView?> FindRunAsync(Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<JobRun>().AsNoTracking()
            .FirstOrDefaultAsync(r => r.ProjectId == projectId && r.JobId == jobId && r.Id == jobRunId, cancellationToken);
        return run is null ? null : JobRunView.From(run);
    }

    public async Task<IReadOnlyList<JobRunResult>> ListResultsAsync(
        long jobRunSeq, int afterOrder, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var attempts = db.Set<Attempt>();
        var rows = await db.Set<JobRunItem>().AsNoTracking()
            .Where(i => i.JobRunSeq == jobRunSeq && i.EndedOrder > afterOrder)
            .OrderBy(i => i.EndedOrder)
            .Take(limit)
            .Join(db.Set<Run>(), i => i.RunId, r => r.Id, (i, r) => new { Item = i, Run = r })
            .Join(db.Set<RunData>(), x => x.Run.Id, d => d.RunId, (x, d) => new
            {
                Order = x.Item.EndedOrder!.Value,
                x.Item.ParametersJson,
                x.Run,
                d.ResultJson,
                d.ExtendedPayloadsJson,
                d.ErrorJson,
                Trace = attempts.Where(a => a.RunId == x.Run.Id && a.HasTrace).Max(a => (int?)a.Number),
                Log = attempts.Where(a => a.RunId == x.Run.Id && a.HasLog).Max(a => (int?)a.Number),
            })
            .ToListAsync(cancellationToken);
        return [.. rows.OrderBy(r => r.Order).Select(r => new JobRunResult
        {
            Order = r.Order,
            Run = r.Run,
            ParametersJson = r.ParametersJson,
            ResultJson = r.ResultJson,
            ExtendedPayloadsJson = r.ExtendedPayloadsJson,
            Error = r.ErrorJson is null ? null : JsonSerializer.Deserialize<RunErrorInfo>(r.ErrorJson, JsonSerializerOptions.Web),
            TraceAttempt = r.Trace,
            LogAttempt = r.Log,
        })];
    }

    public IReadOnlyList<DateTimeOffset> NextTimes(JobSchedule schedule, int count) => ScheduleTimes.Take(schedule, clock.GetUtcNow(), count);

    private static IQueryable<JobRun> Sort(IQueryable<JobRun> runs, IReadOnlyList<JobRunSort> sort)
    {
        IOrderedQueryable<JobRun>? sorted = null;
        foreach (var (field, descending) in sort)
        {
            sorted = field switch
            {
                JobRunSortField.StartTime => By(r => r.StartedAt),
                JobRunSortField.EndTime => By(r => r.EndedAt),
                JobRunSortField.CreatedAt => By(r => r.CreatedAt),
                JobRunSortField.UpdatedAt => By(r => r.UpdatedAt),
                JobRunSortField.Status => By(r => r.Status),
                JobRunSortField.Type => By(r => r.Type),
                JobRunSortField.Payloads => By(r => r.PayloadCount),
                JobRunSortField.SuccessfulRuns => By(r => r.SucceededCount),
                _ => By(r => r.FailedCount),
            };

            IOrderedQueryable<JobRun> By<TKey>(Expression<Func<JobRun, TKey>> key) => (sorted, descending) switch
            {
                (null, true) => runs.OrderByDescending(key),
                (null, false) => runs.OrderBy(key),
                (_, true) => sorted.ThenByDescending(key),
                _ => sorted.ThenBy(key),
            };
        }

        return sorted is null ? runs.OrderByDescending(r => r.Seq) : sorted.ThenByDescending(r => r.Seq);
    }
}
