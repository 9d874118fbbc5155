using System.Globalization;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>JobRuns newest first. <see cref="NextCursor"/> is null on the last page.</summary>
public sealed record JobRunList(IReadOnlyList<JobRunView> JobRuns, string? NextCursor);

/// <summary>An item of a JobRun that failed, and the Run that failed it.</summary>
public sealed record FailedItem
{
    /// <summary>Falls from the item that failed last to the one that failed first.</summary>
    public required int Order { get; init; }

    /// <summary>From 0, as in the payload.</summary>
    public required int Position { get; init; }

    public required string ApiName { get; init; }

    /// <summary>JSON, cut when it is long.</summary>
    public required string Parameters { get; init; }

    public required string RunId { get; init; }

    public string? Message { get; init; }

    public string? ErrorCode { get; init; }

    public int AttemptCount { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Failed items, the last one first. <see cref="Next"/> is where older ones begin, or null.</summary>
public sealed record FailedItems(IReadOnlyList<FailedItem> Items, int? Next);

/// <summary>What pages read of JobRuns. Each read takes the same time for ten items and for a hundred thousand.</summary>
public interface IJobRunQueries
{
    /// <summary>The JobRuns of a Job, newest first, from behind a cursor on.</summary>
    Task<JobRunList> ListAsync(Guid projectId, string jobId, int pageSize, string? cursor, CancellationToken cancellationToken);

    /// <summary>Those of the project that have not ended, the oldest first.</summary>
    Task<IReadOnlyList<JobRunView>> ListActiveAsync(Guid projectId, int limit, CancellationToken cancellationToken);

    /// <summary>A JobRun of whichever Job.</summary>
    /// <returns>Null when the project has none of this id.</returns>
    Task<JobRunView?> FindAsync(Guid projectId, string jobRunId, CancellationToken cancellationToken);

    /// <param name="before">The <see cref="FailedItem.Order"/> of the last one that was seen; null for the first page.</param>
    Task<FailedItems> ListFailedItemsAsync(long jobRunSeq, int pageSize, int? before, CancellationToken cancellationToken);

    /// <summary>When the latest items ended, the last one first.</summary>
    Task<IReadOnlyList<DateTimeOffset>> ListLatestEndsAsync(long jobRunSeq, int limit, CancellationToken cancellationToken);
}

public sealed class JobRunQueries(IDbContextFactory<AppDbContext> contexts) : IJobRunQueries
{
    private const int MostParameters = 400;

    public async Task<JobRunList> ListAsync(Guid projectId, string jobId, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = db.Set<JobRun>().AsNoTracking()
            .Where(r => r.JobKey == db.Set<Job>().Where(j => j.ProjectId == projectId && j.Id == jobId).Select(j => j.Key).FirstOrDefault());
        if (cursor is not null)
        {
            var before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
                ? seq
                : throw RequestException.Invalid("cursor", "Must be the nextCursor of an earlier answer.");
            runs = runs.Where(r => r.Seq < before);
        }

        var rows = await runs.OrderByDescending(r => r.Seq).Take(pageSize + 1).ToListAsync(cancellationToken);
        var next = rows.Count > pageSize ? rows[pageSize - 1].Seq.ToString(CultureInfo.InvariantCulture) : null;
        return new JobRunList([.. rows.Take(pageSize).Select(JobRunView.From)], next);
    }

    public async Task<IReadOnlyList<JobRunView>> ListActiveAsync(Guid projectId, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<JobRun>().AsNoTracking()
            .Where(r => r.EndedAt == null && r.ProjectId == projectId)
            .OrderBy(r => r.Seq)
            .Take(limit)
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(JobRunView.From);
    }

    public async Task<JobRunView?> FindAsync(Guid projectId, string jobRunId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<JobRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == jobRunId && r.ProjectId == projectId, cancellationToken);
        return run is null ? null : JobRunView.From(run);
    }

    public async Task<FailedItems> ListFailedItemsAsync(long jobRunSeq, int pageSize, int? before, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var failed = db.Set<JobRunItem>().AsNoTracking().Where(i => i.JobRunSeq == jobRunSeq && i.Status == JobRunItemStatus.Failed);
        if (before is not null)
        {
            failed = failed.Where(i => i.EndedOrder < before);
        }

        var items = await failed
            .OrderByDescending(i => i.EndedOrder)
            .Take(pageSize + 1)
            .Join(db.Set<Run>(), i => i.RunId, r => r.Id, (i, r) => new FailedItem
            {
                Order = i.EndedOrder!.Value,
                Position = i.Position,
                ApiName = i.ApiName,
                Parameters = i.ParametersJson.Length > MostParameters ? i.ParametersJson.Substring(0, MostParameters) : i.ParametersJson,
                RunId = r.Id,
                Message = r.Message,
                ErrorCode = r.ErrorCode,
                AttemptCount = r.AttemptCount,
                FinishedAt = r.FinishedAt,
            })
            .ToListAsync(cancellationToken);
        var ordered = items.OrderByDescending(i => i.Order).ToList();
        return ordered.Count > pageSize ? new FailedItems(ordered[..pageSize], ordered[pageSize - 1].Order) : new FailedItems(ordered, Next: null);
    }

    public async Task<IReadOnlyList<DateTimeOffset>> ListLatestEndsAsync(long jobRunSeq, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ends = await db.Set<JobRunItem>()
            .Where(i => i.JobRunSeq == jobRunSeq && i.EndedOrder != null)
            .OrderByDescending(i => i.EndedOrder)
            .Take(limit)
            .Join(db.Set<Run>(), i => i.RunId, r => r.Id, (i, r) => r.FinishedAt)
            .ToListAsync(cancellationToken);
        return [.. ends.OfType<DateTimeOffset>().OrderDescending()];
    }
}
