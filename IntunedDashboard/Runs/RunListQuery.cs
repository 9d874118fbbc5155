using System.Globalization;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs;

/// <summary>The query string of the Runs list, in the published words; several values of one filter are separated by commas.</summary>
public sealed class RunListQuery(IQueryCollection query)
{
    private const int LargestPage = 200;

    private readonly List<FieldFault> _faults = [];

    public string? Cursor => Text("cursor");

    /// <exception cref="RequestException">Lists every value that is not allowed.</exception>
    public (RunFilter Filter, int PageSize) Read(int defaultPageSize)
    {
        var pageSize = defaultPageSize;
        if (Text("pageSize") is { } size
            && !(int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out pageSize) && pageSize is >= 1 and <= LargestPage))
        {
            _faults.Add(new FieldFault("pageSize", $"Must be a whole number from 1 to {LargestPage}."));
        }

        var filter = new RunFilter
        {
            Statuses = Words("status", Enum.GetValues<RunStatus>(), RunWords.Of),
            Types = Words("type", Enum.GetValues<RunType>(), RunWords.Of),
            ApiName = Text("apiName"),
            AuthSessionId = Text("authSessionId"),
            JobId = Text("jobId"),
            JobRunId = Text("jobRunId"),
            From = Time("from"),
            To = Time("to"),
        };
        return _faults.Count == 0 ? (filter, pageSize) : throw RequestException.Invalid(_faults);
    }

    private string? Text(string name) => query[name].FirstOrDefault(v => !string.IsNullOrEmpty(v));

    private List<T> Words<T>(string name, T[] values, Func<T, string> word)
    {
        var found = new List<T>();
        foreach (var text in Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var index = Array.FindIndex(values, v => word(v).Equals(text, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                _faults.Add(new FieldFault(name, $"Allowed are: {string.Join(", ", values.Select(word))}."));
                continue;
            }

            found.Add(values[index]);
        }

        return found;
    }

    private DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        _faults.Add(new FieldFault(name, "Must be an ISO-8601 time such as 2026-01-31T12:00:00Z."));
        return null;
    }
}
