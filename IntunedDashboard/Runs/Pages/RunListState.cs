namespace IntunedDashboard.Runs.Pages;

/// <summary>One reading of the list.</summary>
/// <param name="NewCount">Runs above the page that are not shown because somebody reads it.</param>
public sealed record RunListReading(RunPage Page, int NewCount, bool HasMoreNew);

/// <param name="IsNested">It stands under the Run that needed it.</param>
public sealed record RunListLine(RunRow Run, bool IsNested);

/// <summary>The rows on screen. While somebody reads, rows change in place and what is new is only counted.</summary>
public sealed class RunListState
{
    private const int MostNewCounted = 99;
    private long? _top;

    public IReadOnlyList<RunListLine> Lines { get; private set; } = [];

    public string? NextCursor { get; private set; }

    public int NewCount { get; private set; }

    public bool IsLoaded { get; private set; }

    public string NewText => NewCount >= MostNewCounted ? $"{MostNewCounted}+ new" : $"{NewCount} new";

    public static async Task<RunListReading> ReadAsync(
        IRunQueries queries, Guid projectId, RunFilter filter, int pageSize, string? cursor, long? upTo, CancellationToken cancellationToken)
    {
        if (cursor is not null || upTo is null)
        {
            return new RunListReading(await queries.ListAsync(projectId, filter, pageSize, cursor, cancellationToken), 0, HasMoreNew: false);
        }

        var page = await queries.ListAsync(projectId, filter with { UpToSeq = upTo }, pageSize, null, cancellationToken);
        var fresh = await queries.ListAsync(projectId, filter with { AboveSeq = upTo }, MostNewCounted, null, cancellationToken);
        return new RunListReading(page, fresh.Runs.Count, fresh.NextCursor is not null);
    }

    /// <summary>The newest row that must stay on top while somebody reads, or null when the list may move.</summary>
    public long? Hold(bool isReading) => isReading && Lines.Count > 0 ? _top : null;

    public void Apply(RunListReading reading)
    {
        Lines = Arrange(reading.Page.Runs);
        NextCursor = reading.Page.NextCursor;
        NewCount = reading.NewCount;
        _top = reading.Page.Runs.Count == 0 ? null : reading.Page.Runs.Max(r => r.Seq);
        IsLoaded = true;
    }

    public void Reset()
    {
        (Lines, NextCursor, NewCount, _top, IsLoaded) = ([], null, 0, null, false);
    }

    /// <summary>Newest first, but a Validate Run stands under the Run that needed it when both are on the page.</summary>
    public static IReadOnlyList<RunListLine> Arrange(IReadOnlyList<RunRow> runs)
    {
        var present = runs.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var dependents = runs.Where(r => r.DependencyOfRunId is not null && present.Contains(r.DependencyOfRunId))
            .ToLookup(r => r.DependencyOfRunId!, StringComparer.Ordinal);
        var lines = new List<RunListLine>(runs.Count);
        foreach (var run in runs.Where(r => r.DependencyOfRunId is null || !present.Contains(r.DependencyOfRunId)))
        {
            lines.Add(new RunListLine(run, IsNested: false));
            lines.AddRange(dependents[run.Id].OrderBy(r => r.Seq).Select(r => new RunListLine(r, IsNested: true)));
        }

        return lines;
    }
}
