using System.Globalization;
using IntunedDashboard.Ui;

namespace IntunedDashboard.Runs.Pages;

/// <summary>What a list of Runs shows, as its address says it. Unknown values in an address are left out.</summary>
public sealed record RunListAddress
{
    public static IReadOnlyList<(string Key, string Text, TimeSpan Span)> Spans { get; } =
    [
        ("15m", "Last 15 minutes", TimeSpan.FromMinutes(15)),
        ("1h", "Last hour", TimeSpan.FromHours(1)),
        ("24h", "Last 24 hours", TimeSpan.FromHours(24)),
        ("7d", "Last 7 days", TimeSpan.FromDays(7)),
    ];

    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>In the address it is one more status.</summary>
    public bool WaitsForPerson { get; init; }

    public IReadOnlyList<RunType> Types { get; init; } = [];

    public string? Api { get; init; }

    public string? Session { get; init; }

    public string? Job { get; init; }

    public string? JobRun { get; init; }

    /// <summary>The page of the JobRun whose Runs are listed; null for the page of all Runs.</summary>
    public string? Page { get; init; }

    /// <summary>A key of <see cref="Spans"/>.</summary>
    public string? Since { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Where the page starts; null for the newest.</summary>
    public string? Cursor { get; init; }

    public bool HasFilters =>
        Statuses.Count > 0 || WaitsForPerson || Types.Count > 0 || Api is not null || Session is not null || Since is not null || From is not null || To is not null
        || (Page is null && (Job ?? JobRun) is not null);

    public static RunListAddress Parse(
        string? status,
        string? type,
        string? api,
        string? session,
        string? since,
        string? from,
        string? to,
        string? cursor,
        string? job = null,
        string? jobRun = null) => new()
    {
        Statuses = Split(status).SelectMany(k => RunVocabulary.Statuses.Where(s => s.Term.Key == k).Select(s => s.Status)).Distinct().ToList(),
        WaitsForPerson = Split(status).Contains(RunVocabulary.WaitsForPerson.Key),
        Types = Split(type).SelectMany(k => RunVocabulary.Types.Where(t => t.Key == k).Select(t => t.Type)).Distinct().ToList(),
        Api = OrNull(api),
        Session = OrNull(session),
        Job = OrNull(job),
        JobRun = OrNull(jobRun),
        Since = Spans.Any(s => s.Key == since) ? since : null,
        From = ReadTime(from),
        To = ReadTime(to),
        Cursor = cursor is { Length: > 0 } && cursor.All(char.IsAsciiDigit) ? cursor : null,
    };

    public RunFilter ToFilter(DateTimeOffset now) => new()
    {
        Statuses = Statuses,
        WaitsForPerson = WaitsForPerson,
        Types = Types,
        ApiName = Api,
        AuthSessionId = Session,
        JobId = Job,
        JobRunId = JobRun,
        From = Since is null ? From : now - Spans.First(s => s.Key == Since).Span,
        To = Since is null ? To : null,
    };

    public string ToUrl(string project) => Urls.WithQuery(Page ?? Urls.Runs(project),
    [
        ("status", string.Join(',', Statuses.Select(RunVocabulary.Of).Concat(WaitsForPerson ? [RunVocabulary.WaitsForPerson] : []).Select(t => t.Key))),
        ("type", string.Join(',', Types.Select(t => RunVocabulary.Types.First(x => x.Type == t).Key))),
        ("api", Api),
        ("session", Session),
        ("job", Page is null ? Job : null),
        ("jobrun", Page is null ? JobRun : null),
        ("since", Since),
        ("from", Since is null ? Text(From) : null),
        ("to", Since is null ? Text(To) : null),
        ("cursor", Cursor),
    ]);

    /// <summary>The same list without filters, from the first page.</summary>
    public RunListAddress Clear() => Page is null ? new RunListAddress() : new RunListAddress { Page = Page, Job = Job, JobRun = JobRun };

    /// <summary>The same with one status turned over, from the first page.</summary>
    public RunListAddress Toggle(RunStatus status) => this with { Statuses = Toggled(Statuses, status), Cursor = null };

    public RunListAddress Toggle(RunType type) => this with { Types = Toggled(Types, type), Cursor = null };

    /// <summary>As a browser's date-and-time field writes it, in UTC.</summary>
    public static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static string[] Split(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static List<T> Toggled<T>(IReadOnlyList<T> list, T item) => list.Contains(item) ? list.Where(i => !Equals(i, item)).ToList() : [.. list, item];
}
