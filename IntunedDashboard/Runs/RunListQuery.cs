using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Runs;

/// <summary>The query string of the Runs list, in the published words; several values of one filter are separated by commas.</summary>
public static class RunListQuery
{
    public static ApiQuery[] Described { get; } =
    [
        new("status", $"One or several of {string.Join(", ", RunWords.Statuses)}, separated by commas."),
        new("type", $"One or several of {string.Join(", ", RunWords.Types)}, separated by commas."),
        new("apiName", "Only Runs of this API."),
        new("authSessionId", "Only Runs with this AuthSession."),
        new("jobId", "Only Runs of this Job."),
        new("jobRunId", "Only Runs of this JobRun."),
        new("from", "Only Runs made at this time or later.") { IsTime = true },
        new("to", "Only Runs made before this time.") { IsTime = true },
        .. PageQuery.Described,
    ];

    /// <exception cref="Platform.RequestException">Lists every value that is not allowed.</exception>
    public static (RunFilter Filter, int PageSize, string? Cursor) Read(QueryValues query)
    {
        var filter = new RunFilter
        {
            Statuses = query.Words("status", Enum.GetValues<RunStatus>(), RunWords.Of),
            Types = query.Words("type", Enum.GetValues<RunType>(), RunWords.Of),
            ApiName = query.Text("apiName"),
            AuthSessionId = query.Text("authSessionId"),
            JobId = query.Text("jobId"),
            JobRunId = query.Text("jobRunId"),
            From = query.Time("from"),
            To = query.Time("to"),
        };
        var (pageSize, cursor) = PageQuery.Read(query);
        query.ThrowIfFaulty();
        return (filter, pageSize, cursor);
    }
}
