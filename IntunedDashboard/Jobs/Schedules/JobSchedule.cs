using System.Text.Json;
using IntunedDashboard.Http;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>When a Job starts by itself: the union of intervals, which count from the Unix epoch, and calendars. All in UTC.</summary>
public sealed record JobSchedule
{
    /// <summary>The published form, without nulls and without fields nobody knows.</summary>
    public required string Json { get; init; }

    /// <summary>Each start is moved by up to this long, but never to the next one.</summary>
    public TimeSpan Jitter { get; init; }

    public IReadOnlyList<TimeSpan> Intervals { get; init; } = [];

    public IReadOnlyList<CalendarSpec> Calendars { get; init; } = [];

    /// <summary>Reads a schedule that was validated when it came in.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JobSchedule Parse(string json)
    {
        var body = JsonBody.Of(JsonElement.Parse(json));
        var schedule = ScheduleReader.Read(body);
        return body.Faults.Count == 0 ? schedule : throw new FormatException($"The stored schedule cannot be read: {body.Faults[0]}");
    }
}

/// <summary>Times that a calendar names, to the second. A set without members never matches; a null set of years is every year.</summary>
public sealed record CalendarSpec
{
    public required IReadOnlySet<int> Seconds { get; init; }

    public required IReadOnlySet<int> Minutes { get; init; }

    public required IReadOnlySet<int> Hours { get; init; }

    /// <summary>1 to 31; months that are shorter skip what they lack.</summary>
    public required IReadOnlySet<int> DaysOfMonth { get; init; }

    /// <summary>1 to 12.</summary>
    public required IReadOnlySet<int> Months { get; init; }

    /// <summary>0 is Sunday.</summary>
    public required IReadOnlySet<int> DaysOfWeek { get; init; }

    public IReadOnlySet<int>? Years { get; init; }
}
