using IntunedDashboard.Http.Description;

namespace IntunedDashboard.Http;

/// <summary>How every list of ours is paged: by a cursor that the page before has given.</summary>
public static class PageQuery
{
    private const int LargestPage = 200;
    private const int DefaultPage = 50;

    public static ApiQuery[] Described { get; } =
    [
        new("pageSize", "How many at most.") { Range = (1, LargestPage), Default = DefaultPage },
        new("cursor", "The nextCursor of the page before."),
    ];

    /// <summary>Faults stay with the <paramref name="query"/>.</summary>
    public static (int PageSize, string? Cursor) Read(QueryValues query) =>
        (query.WholeNumber("pageSize", DefaultPage, 1, LargestPage), query.Text("cursor"));
}
