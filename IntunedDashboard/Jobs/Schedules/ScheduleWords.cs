using System.Globalization;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>A schedule in words, for people who do not read its JSON. All of its times are UTC.</summary>
public static class ScheduleWords
{
    /// <summary>More times of a day than this are told by their pattern instead of one by one.</summary>
    private const int MostTimes = 4;

    private const string Never = "never";

    private static readonly (TimeSpan Length, string Name)[] Units =
    [
        (TimeSpan.FromDays(1), "day"), (TimeSpan.FromHours(1), "hour"), (TimeSpan.FromMinutes(1), "minute"), (TimeSpan.FromSeconds(1), "second"),
        (TimeSpan.FromMilliseconds(1), "millisecond"),
    ];

    public static string Of(JobSchedule schedule)
    {
        var parts = schedule.Intervals.Select(every => Every(every)).Concat(schedule.Calendars.Select(Of)).Distinct(StringComparer.Ordinal).ToList();
        var words = parts.Count == 0 ? Never : string.Join(", and ", parts);
        return schedule.Jitter == TimeSpan.Zero || parts.Count == 0 ? words : $"{words}, up to {Length(schedule.Jitter)} later";
    }

    /// <param name="json">The published form, as a Job has it stored; null for a Job without a schedule.</param>
    public static string Of(string? json) => json is null ? "when triggered" : Of(JobSchedule.Parse(json));

    /// <summary>In the largest unit that leaves no rest: "every 90 minutes".</summary>
    private static string Every(TimeSpan every) => every == Units[0].Length * 7 ? "every week" : $"every {Length(every, skipOne: true)}";

    private static string Length(TimeSpan length, bool skipOne = false)
    {
        var (unit, name) = Units.First(u => length.Ticks % u.Length.Ticks == 0 || u.Length == Units[^1].Length);
        var count = length.Ticks / unit.Ticks;
        return count == 1 && skipOne ? name : string.Create(CultureInfo.InvariantCulture, $"{count} {name}{(count == 1 ? null : "s")}");
    }

    private static string Of(CalendarSpec calendar)
    {
        if (new[] { calendar.Seconds, calendar.Minutes, calendar.Hours, calendar.DaysOfMonth, calendar.Months, calendar.DaysOfWeek }.Any(s => s.Count == 0)
            || calendar.Years?.Count == 0)
        {
            return Never;
        }

        var (times, isClock) = Times(calendar);
        var days = Days(calendar);
        return days.Length > 0 ? $"{times} {days}" : isClock ? $"{times} every day" : times;
    }

    /// <returns>When within a day, and whether as times of the clock.</returns>
    private static (string Text, bool IsClock) Times(CalendarSpec calendar)
    {
        var (seconds, minutes, hours) = (calendar.Seconds, calendar.Minutes, calendar.Hours);
        if (seconds.Count * minutes.Count * hours.Count <= MostTimes)
        {
            var times =
                from hour in hours.Order()
                from minute in minutes.Order()
                from second in seconds.Order()
                select second == 0 ? $"{hour:00}:{minute:00}" : $"{hour:00}:{minute:00}:{second:00}";
            return ($"at {And(times)}", true);
        }

        var isOnTheMinute = seconds.Count == 1 && seconds.Contains(0);
        var text = (isOnTheMinute, IsEvery(minutes, 60), IsEvery(hours, 24)) switch
        {
            (true, true, true) => "every minute",
            (true, true, false) => $"every minute {During(hours)}",
            (true, false, true) when minutes.Count == 1 => minutes.Contains(0) ? "every hour" : $"every hour at minute {minutes.First()}",
            (true, false, true) => EveryFew(minutes, 60, "minute") ?? $"every hour at {Numbers("minute", minutes)}",
            (true, false, false) when minutes.Count == 1 && EveryFew(hours, 24, "hour") is { } every =>
                minutes.Contains(0) ? every : $"{every} at minute {minutes.First()}",
            (true, false, false) => $"{EveryFew(minutes, 60, "minute") ?? $"at {Numbers("minute", minutes)}"} {During(hours)}",
            (false, true, true) => EverySecond(seconds),
            (false, true, false) => $"{EverySecond(seconds)} {During(hours)}",
            (false, false, true) => $"{EverySecond(seconds)} in {Numbers("minute", minutes)} of every hour",
            (false, false, false) => $"{EverySecond(seconds)} in {Numbers("minute", minutes)} {During(hours)}",
        };
        return (text, false);
    }

    private static string EverySecond(IReadOnlySet<int> seconds) =>
        IsEvery(seconds, 60) ? "every second" : EveryFew(seconds, 60, "second") ?? $"every minute at {Numbers("second", seconds)}";

    private static string During(IReadOnlySet<int> hours) => $"in {Numbers("hour", hours)}";

    /// <returns>Null unless the values are one apart from the other by the same step, all around the clock.</returns>
    private static string? EveryFew(IReadOnlySet<int> values, int all, string unit)
    {
        if (values.Count < 2 || all % values.Count != 0)
        {
            return null;
        }

        var step = all / values.Count;
        return values.Order().Select((value, index) => value == index * step).All(fits => fits) ? $"every {step} {unit}s" : null;
    }

    private static string Days(CalendarSpec calendar)
    {
        var weekdays = IsEvery(calendar.DaysOfWeek, 7) ? null : And(Ranges(calendar.DaysOfWeek.Select(d => (d + 6) % 7), Weekday));
        var days = IsEvery(calendar.DaysOfMonth, 31) ? null : Numbers("day", calendar.DaysOfMonth);
        var months = IsEvery(calendar.Months, 12) ? null : And(Ranges(calendar.Months, Month));
        var parts = new List<string>();
        if (weekdays is not null)
        {
            parts.Add(days is null ? $"on {weekdays}" : $"on {weekdays} if it is {days} of the month");
        }
        else if (days is not null)
        {
            parts.Add(months is null ? $"on {days} of the month" : $"on {days}");
        }

        if (months is not null)
        {
            parts.Add($"in {months}");
        }

        if (calendar.Years is { } years)
        {
            parts.Add($"in {And(Ranges(years, y => y.ToString(CultureInfo.InvariantCulture)))}");
        }

        return string.Join(' ', parts);
    }

    private static bool IsEvery(IReadOnlySet<int> values, int all) => values.Count == all;

    private static string Numbers(string unit, IReadOnlySet<int> values) =>
        $"{unit}{(values.Count == 1 ? null : "s")} {And(Ranges(values, v => v.ToString(CultureInfo.InvariantCulture)))}";

    /// <summary>Three or more neighbours become "first to last".</summary>
    private static IEnumerable<string> Ranges(IEnumerable<int> values, Func<int, string> name)
    {
        var ordered = values.Order().ToList();
        for (var first = 0; first < ordered.Count; first++)
        {
            var last = first;
            while (last + 1 < ordered.Count && ordered[last + 1] == ordered[last] + 1)
            {
                last++;
            }

            if (last - first < 2)
            {
                yield return name(ordered[first]);
                continue;
            }

            yield return $"{name(ordered[first])} to {name(ordered[last])}";
            first = last;
        }
    }

    private static string And(IEnumerable<string> parts)
    {
        var all = parts.ToList();
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}";
    }

    /// <param name="day">Weeks begin on Monday here.</param>
    private static string Weekday(int day) => CultureInfo.InvariantCulture.DateTimeFormat.GetDayName((DayOfWeek)((day + 1) % 7));

    private static string Month(int month) => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(month);
}
