using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Http;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>
/// Reads a schedule as clients and job files write it. A calendar without second, minute or hour means 0 of each; without the others,
/// every one of them.
/// </summary>
public static class ScheduleReader
{
    private const int FirstYear = 1970;
    private const int LastYear = 9999;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(3660);
    private static readonly string[] Days = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

    private static readonly string[] Months =
        ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"];

    private static readonly string[] CalendarFields = ["second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek", "year", "comment"];

    /// <summary>Faults are added to the body.</summary>
    public static JobSchedule Read(JsonBody schedule)
    {
        var json = new JsonObject();
        var jitter = Duration(schedule, "jitter", TimeSpan.Zero);
        if (schedule.Value("jitter") is { } given)
        {
            json["jitter"] = Copy(given);
        }

        var intervals = new List<TimeSpan>();
        var writtenIntervals = new JsonArray();
        foreach (var interval in schedule.Items("intervals") ?? [])
        {
            if (interval.Value("every") is not { } every)
            {
                interval.AddFault("every", "Is required: milliseconds, or text such as \"6h\".");
                continue;
            }

            intervals.Add(Duration(interval, "every", TimeSpan.FromSeconds(1)));
            writtenIntervals.Add(new JsonObject { ["every"] = Copy(every) });
        }

        var calendars = new List<CalendarSpec>();
        var writtenCalendars = new JsonArray();
        foreach (var calendar in schedule.Items("calendars") ?? [])
        {
            calendars.Add(ReadCalendar(calendar));
            writtenCalendars.Add(new JsonObject(CalendarFields
                .Select(name => KeyValuePair.Create(name, calendar.Value(name) is { } value ? Copy(value) : null))
                .Where(field => field.Value is not null)));
        }

        if (schedule.Has("intervals"))
        {
            json["intervals"] = writtenIntervals;
        }

        if (schedule.Has("calendars"))
        {
            json["calendars"] = writtenCalendars;
        }

        return new JobSchedule { Json = json.ToJsonString(), Jitter = jitter, Intervals = intervals, Calendars = calendars };
    }

    private static CalendarSpec ReadCalendar(JsonBody calendar)
    {
        calendar.OptionalString("comment");
        return new CalendarSpec
        {
            Seconds = Numbers("second", 0, 59, [0]),
            Minutes = Numbers("minute", 0, 59, [0]),
            Hours = Numbers("hour", 0, 23, [0]),
            DaysOfMonth = Numbers("dayOfMonth", 1, 31, absent: null),
            Months = new Field(calendar, "month", 1, 12, Months).Read(absent: null),
            DaysOfWeek = new Field(calendar, "dayOfWeek", 0, 6, Days).Read(absent: null),
            Years = calendar.Value("year") is { } year && !IsEvery(year) ? Numbers("year", FirstYear, LastYear, absent: null) : null,
        };

        SortedSet<int> Numbers(string name, int least, int most, int[]? absent) => new Field(calendar, name, least, most, words: null).Read(absent);
    }

    private static TimeSpan Duration(JsonBody body, string name, TimeSpan least)
    {
        if (body.Value(name) is not { } value)
        {
            return TimeSpan.Zero;
        }

        var milliseconds = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out var number) ? number : null,
            JsonValueKind.String => MillisecondsText.Parse(value.GetString()!),
            _ => (long?)null,
        };
        if (milliseconds is { } whole && whole >= least.TotalMilliseconds && whole <= LongestTime.TotalMilliseconds)
        {
            return TimeSpan.FromMilliseconds(whole);
        }

        body.AddFault(name, $"Must be whole milliseconds or text such as \"6h\" or \"10 minutes\", from {least.TotalMilliseconds} ms to ten years.");
        return TimeSpan.Zero;
    }

    private static bool IsEvery(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("*");

    /// <summary>As it was written, without nulls: clients take an absent field, but no null.</summary>
    private static JsonNode? Copy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(value.EnumerateObject()
            .Where(m => m.Value.ValueKind != JsonValueKind.Null)
            .Select(m => KeyValuePair.Create(m.Name, Copy(m.Value)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(Copy)]),
        _ => JsonNode.Parse(value.GetRawText()),
    };

    /// <summary>One part of a calendar: a value, a range with or without a step, a list of those, or <c>*</c>.</summary>
    /// <param name="words">The values' names in order, where clients write names; null where they write numbers.</param>
    private sealed class Field(JsonBody calendar, string name, int least, int most, string[]? words)
    {
        private readonly SortedSet<int> _values = [];

        /// <param name="absent">What an absent field means; null for all values.</param>
        public SortedSet<int> Read(int[]? absent)
        {
            if (calendar.Value(name) is not { } value)
            {
                return absent is null ? All() : new SortedSet<int>(absent);
            }

            if (IsEvery(value))
            {
                return All();
            }

            if (value.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var part in value.EnumerateArray())
                {
                    Add(part, $"{name}[{index++}]");
                }

                if (index == 0)
                {
                    calendar.AddFault(name, "Must not be an empty list.");
                }
            }
            else
            {
                Add(value, name);
            }

            return _values;
        }

        private SortedSet<int> All() => [.. Enumerable.Range(least, most - least + 1)];

        private void Add(JsonElement part, string path)
        {
            if (part.ValueKind != JsonValueKind.Object)
            {
                if (One(part, path) is { } value)
                {
                    _values.Add(value);
                }

                return;
            }

            var start = part.TryGetProperty("start", out var first) ? One(first, $"{path}.start") : Missing($"{path}.start");
            var hasEnd = part.TryGetProperty("end", out var last) && last.ValueKind != JsonValueKind.Null;
            var end = hasEnd ? One(last, $"{path}.end") : start;
            var step = 1;
            if (part.TryGetProperty("step", out var given) && given.ValueKind != JsonValueKind.Null)
            {
                if (given.ValueKind != JsonValueKind.Number || !given.TryGetInt32(out step) || step < 1)
                {
                    calendar.AddFault($"{path}.step", "Must be a whole number from 1.");
                    return;
                }

                if (!hasEnd)
                {
                    calendar.AddFault($"{path}.end", "Is required with a step.");
                    return;
                }
            }

            if (start is not { } from || end is not { } to)
            {
                return;
            }

            if (to < from)
            {
                calendar.AddFault($"{path}.end", "Must not lie before start.");
            }

            for (var value = from; value <= to; value += Math.Min(step, most))
            {
                _values.Add(value);
            }
        }

        private int? Missing(string path)
        {
            calendar.AddFault(path, "Is required.");
            return null;
        }

        private int? One(JsonElement value, string path)
        {
            if (words is not null)
            {
                var index = value.ValueKind == JsonValueKind.String ? Array.IndexOf(words, value.GetString()) : -1;
                if (index >= 0)
                {
                    return least + index;
                }

                calendar.AddFault(path, $"Must be one of {string.Join(", ", words)}, a range {{start, end, step}} of them, a list, or \"*\".");
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            {
                return number;
            }

            calendar.AddFault(path, $"Must be a whole number from {least} to {most}, a range {{start, end, step}}, a list of those, or \"*\".");
            return null;
        }
    }
}
