using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.People;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>Reads of the Runs slice.</summary>
public interface IRunQueries
{
    Task<RunPage> ListAsync(Guid projectId, RunFilter filter, int pageSize, string? cursor, CancellationToken cancellationToken);

    /// <returns>Null when the project has no such Run.</returns>
    Task<RunDetail?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken);

    /// <returns>The bare Run, or null when the project has no such Run.</returns>
    Task<Run?> FindRunAsync(Guid projectId, string runId, CancellationToken cancellationToken);

    /// <returns>What the Run asks of a person or asked last; null when it has never asked or the project has no such Run.</returns>
    Task<HumanRequestView?> FindHumanRequestAsync(Guid projectId, string runId, CancellationToken cancellationToken);

    /// <summary>Lines with a sequence number above <paramref name="afterSeq"/>, oldest first; of one attempt or of all.</summary>
    Task<IReadOnlyList<RunLogLine>> ReadLogAsync(
        Guid projectId, string runId, int? attempt, int afterSeq, int limit, CancellationToken cancellationToken);

    /// <returns>Null when none was kept.</returns>
    Task<Stream?> OpenArtifactAsync(
        Guid projectId, string runId, int attempt, ArtifactKind kind, CancellationToken cancellationToken);
}

public sealed class RunQueries(IDbContextFactory<AppDbContext> contexts, IArtifactStore artifacts, ThisNode node) : IRunQueries
{
    private static readonly Expression<Func<Run, RunRow>> ToRow = r => new RunRow
    {
        Seq = r.Seq,
        Id = r.Id,
        Type = r.Type,
        Status = r.Status,
        ApiName = r.ApiName,
        AuthSessionId = r.AuthSessionId,
        DependencyOfRunId = r.DependencyOfRunId,
        DependencyOfAttempt = r.DependencyOfAttempt,
        JobId = r.JobId,
        JobRunId = r.JobRunId,
        AttemptCount = r.AttemptCount,
        CreatedAt = r.CreatedAt,
        StartedAt = r.StartedAt,
        FinishedAt = r.FinishedAt,
        ErrorCode = r.ErrorCode,
        ReasonType = r.ReasonType,
        Message = r.Message,
        WaitsForPersonSince = r.WaitsForPersonSince,
    };

    private static readonly Func<Run, RunRow> Row = ToRow.Compile();

    public async Task<RunPage> ListAsync(
        Guid projectId, RunFilter filter, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = Filter(db.Set<Run>().AsNoTracking().Where(r => r.ProjectId == projectId), filter);
        if (cursor is not null)
        {
            var before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
                ? seq
                : throw RequestException.Invalid("cursor", "Must be the nextCursor of an earlier answer.");
            runs = runs.Where(r => r.Seq < before);
        }

        var rows = await runs.OrderByDescending(r => r.Seq).Take(pageSize + 1).Select(ToRow).ToListAsync(cancellationToken);
        if (rows.Count <= pageSize)
        {
            return new RunPage(rows, NextCursor: null);
        }

        rows.RemoveAt(pageSize);
        return new RunPage(rows, rows[^1].Seq.ToString(CultureInfo.InvariantCulture));
    }

    public async Task<Run?> FindRunAsync(Guid projectId, string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.ProjectId == projectId && r.Id == runId, cancellationToken);
    }

    public async Task<RunDetail?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.ProjectId == projectId && r.Id == runId, cancellationToken);
        if (run is null)
        {
            return null;
        }

        var data = await db.Set<RunData>().AsNoTracking().FirstAsync(d => d.RunId == runId, cancellationToken);
        var attempts = await db.Set<Attempt>().AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Number).ToListAsync(cancellationToken);
        var number = await db.Set<Deployment>().Where(d => d.Id == run.DeploymentId).Select(d => (int?)d.Number)
            .FirstOrDefaultAsync(cancellationToken);
        return new RunDetail
        {
            Row = Row(run),
            ProjectId = run.ProjectId,
            DeploymentId = run.DeploymentId,
            DeploymentNumber = number,
            StartedBy = run.StartedBy,
            OtherNode = run.OtherNodeThan(node) is { } other
                ? await db.Set<Node>().Where(n => n.Id == other).Select(n => n.Name).FirstOrDefaultAsync(cancellationToken) ?? other
                : null,
            Priority = run.Priority,
            Options = Read<RunOptions>(data.OptionsJson)!,
            ParametersJson = data.ParametersJson ?? "{}",
            ResultJson = data.ResultJson,
            ExtendedPayloadsJson = data.ExtendedPayloadsJson,
            Error = Read<RunErrorInfo>(data.ErrorJson),
            CancelRequested = run.CancelRequested,
            HumanRequest = run.WaitsForPersonSince is null ? null : await FindOpenRequestAsync(db, runId, cancellationToken),
            Attempts = attempts.Select(View).ToList(),
        };
    }

    public async Task<HumanRequestView?> FindHumanRequestAsync(Guid projectId, string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var request = await db.Set<HumanRequest>().AsNoTracking()
            .Where(h => h.RunId == runId && db.Set<Run>().Any(r => r.Id == runId && r.ProjectId == projectId))
            .OrderByDescending(h => h.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken);
        return request is null ? null : HumanRequestView.Of(request);
    }

    public async Task<IReadOnlyList<RunLogLine>> ReadLogAsync(
        Guid projectId, string runId, int? attempt, int afterSeq, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<Run>().AnyAsync(r => r.ProjectId == projectId && r.Id == runId, cancellationToken))
        {
            return [];
        }

        return await db.Set<RunLogLine>().AsNoTracking()
            .Where(l => l.RunId == runId && l.Seq > afterSeq && (attempt == null || l.Attempt == attempt))
            .OrderBy(l => l.Seq)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    public async Task<Stream?> OpenArtifactAsync(
        Guid projectId, string runId, int attempt, ArtifactKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var kept = await db.Set<Attempt>().AsNoTracking()
            .Where(a => a.RunId == runId && a.Number == attempt
                && (kind == ArtifactKind.Trace ? a.HasTrace : a.HasScreenshot)
                && db.Set<Run>().Any(r => r.Id == runId && r.ProjectId == projectId))
            .AnyAsync(cancellationToken);
        return kept ? await artifacts.OpenAsync(AttemptRunner.ArtifactKey(projectId, runId, attempt, kind), cancellationToken) : null;
    }

    private static async Task<HumanRequestView?> FindOpenRequestAsync(AppDbContext db, string runId, CancellationToken cancellationToken) =>
        await db.Set<HumanRequest>().AsNoTracking().FirstOrDefaultAsync(h => h.RunId == runId && h.EndedAt == null, cancellationToken) is { } open
            ? HumanRequestView.Of(open)
            : null;

    private static IQueryable<Run> Filter(IQueryable<Run> runs, RunFilter filter)
    {
        if (filter.Statuses.Count > 0 || filter.WaitsForPerson)
        {
            runs = runs.Where(r => filter.Statuses.Contains(r.Status)
                || (filter.WaitsForPerson && r.Status == RunStatus.Started && r.WaitsForPersonSince != null));
        }

        if (filter.Types.Count > 0)
        {
            runs = runs.Where(r => filter.Types.Contains(r.Type));
        }

        if (filter.ApiName is not null)
        {
            runs = runs.Where(r => r.ApiName == filter.ApiName);
        }

        if (filter.AuthSessionId is not null)
        {
            runs = runs.Where(r => r.AuthSessionId == filter.AuthSessionId);
        }

        if (filter.JobId is not null)
        {
            runs = runs.Where(r => r.JobId == filter.JobId);
        }

        if (filter.JobRunId is not null)
        {
            runs = runs.Where(r => r.JobRunId == filter.JobRunId);
        }

        if (filter.From is { } from)
        {
            runs = runs.Where(r => r.CreatedAt >= from);
        }

        if (filter.To is { } to)
        {
            runs = runs.Where(r => r.CreatedAt < to);
        }

        if (filter.UpToSeq is { } upTo)
        {
            runs = runs.Where(r => r.Seq <= upTo);
        }

        if (filter.AboveSeq is { } above)
        {
            runs = runs.Where(r => r.Seq > above);
        }

        return runs;
    }

    private static AttemptView View(Attempt attempt) => new()
    {
        Number = attempt.Number,
        Kind = attempt.Kind,
        Status = attempt.Status,
        ValidateRunId = attempt.ValidateRunId,
        CreatedAt = attempt.CreatedAt,
        StartedAt = attempt.StartedAt,
        FinishedAt = attempt.FinishedAt,
        Error = Read<RunErrorInfo>(attempt.ErrorJson),
        Stages = Read<List<AttemptStage>>(attempt.StagesJson)!,
        HasTrace = attempt.HasTrace,
        HasScreenshot = attempt.HasScreenshot,
        HasLog = attempt.HasLog,
        Browser = attempt.Browser,
    };

    private static T? Read<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
}
