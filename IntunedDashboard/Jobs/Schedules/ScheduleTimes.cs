using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>A start a schedule asks for.</summary>
/// <param name="Nominal">What intervals and calendars say.</param>
/// <param name="Start">The same, moved by the jitter.</param>
public sealed record ScheduledStart(DateTimeOffset Nominal, DateTimeOffset Start);

/// <summary>Works out the times of a schedule. Pure: the same question has the same answer, jitter included.</summary>
public static class ScheduleTimes
{
    /// <summary>The Gregorian calendar repeats after this many years, so what has not come by then never comes.</summary>
    private const int CalendarCycleYears = 400;

    /// <returns>The first nominal time after the given one, or null when there is none any more.</returns>
    public static DateTimeOffset? NextNominal(JobSchedule schedule, DateTimeOffset after)
    {
        DateTimeOffset? next = null;
        foreach (var time in schedule.Intervals.Select(every => NextOf(every, after)).Concat(schedule.Calendars.Select(c => NextOf(c, after))))
        {
            if (time is { } found && (next is null || found < next))
            {
                next = found;
            }
        }

        return next;
    }

    /// <param name="seed">Whose schedule it is: Jobs with the same schedule do not all start in the same moment.</param>
    public static ScheduledStart? Next(JobSchedule schedule, DateTimeOffset after, Guid seed)
    {
        if (NextNominal(schedule, after) is not { } nominal)
        {
            return null;
        }

        return new ScheduledStart(nominal, nominal + JitterOf(schedule, nominal, seed));
    }

    /// <summary>The next nominal times, for people who edit a schedule.</summary>
    public static IReadOnlyList<DateTimeOffset> Take(JobSchedule schedule, DateTimeOffset after, int count)
    {
        var times = new List<DateTimeOffset>(count);
        while (times.Count < count && NextNominal(schedule, after) is { } next)
        {
            times.Add(next);
            after = next;
        }

        return times;
    }

    private static TimeSpan JitterOf(JobSchedule schedule, DateTimeOffset nominal, Guid seed)
    {
        if (schedule.Jitter == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var most = (long)schedule.Jitter.TotalMilliseconds;
        if (NextNominal(schedule, nominal) is { } following)
        {
            most = Math.Min(most, (long)(following - nominal).TotalMilliseconds - 1);
        }

        Span<byte> input = stackalloc byte[24];
        seed.TryWriteBytes(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[16..], nominal.UtcTicks);
        var drawn = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(input));
        return TimeSpan.FromMilliseconds(drawn % (ulong)(Math.Max(0, most) + 1));
    }

    private static DateTimeOffset? NextOf(TimeSpan every, DateTimeOffset after)
    {
        var since = after.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var periods = Math.DivRem(since, every.Ticks, out var rest);
        var ticks = (rest < 0 ? periods : periods + 1) * every.Ticks;
        return DateTimeOffset.UnixEpoch.AddTicks(ticks);
    }

    private static DateTimeOffset? NextOf(CalendarSpec calendar, DateTimeOffset after)
    {
        var first = after.UtcDateTime.AddTicks(TimeSpan.TicksPerSecond - (after.UtcTicks % TimeSpan.TicksPerSecond));
        var last = Math.Min(calendar.Years is null ? first.Year + CalendarCycleYears : calendar.Years.Max(), DateTime.MaxValue.Year);
        var year = first.Year;
        while (year <= last)
        {
            if (calendar.Years?.Contains(year) != false && NextInYear(calendar, year, first) is { } found)
            {
                return new DateTimeOffset(found, TimeSpan.Zero);
            }

            year++;
        }

        return null;
    }

    private static DateTime? NextInYear(CalendarSpec calendar, int year, DateTime first)
    {
        foreach (var month in calendar.Months)
        {
            if (year == first.Year && month < first.Month)
            {
                continue;
            }

            var length = DateTime.DaysInMonth(year, month);
            foreach (var day in calendar.DaysOfMonth.TakeWhile(d => d <= length))
            {
                var date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc);
                if (date >= first.Date && calendar.DaysOfWeek.Contains((int)date.DayOfWeek) && NextInDay(calendar, date, first) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    private static DateTime? NextInDay(CalendarSpec calendar, DateTime date, DateTime first)
    {
        var from = date == first.Date ? first.TimeOfDay : TimeSpan.Zero;
        foreach (var hour in calendar.Hours.SkipWhile(h => h < from.Hours))
        {
            foreach (var minute in calendar.Minutes)
            {
                if (hour == from.Hours && minute < from.Minutes)
                {
                    continue;
                }

                foreach (var second in calendar.Seconds)
                {
                    var time = new TimeSpan(hour, minute, second);
                    if (time >= from)
                    {
                        return date + time;
                    }
                }
            }
        }

        return null;
    }
}
