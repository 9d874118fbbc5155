using System.Globalization;
using System.Text.Json.Nodes;
using IntunedDashboard.Jobs.Schedules;

namespace IntunedDashboard.Tests.Jobs.Schedules;

public sealed class ScheduleTimesTests
{
    private static readonly string[] Days = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

    private static readonly string[] Months =
        ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"];

    [Theory]
    [InlineData("""{"intervals":[{"every":"1h"}]}""", "2026-03-01T10:20:30Z", "2026-03-01T11:00:00Z 2026-03-01T12:00:00Z")]
    [InlineData("""{"intervals":[{"every":2000}]}""", "2026-03-01T10:20:30Z", "2026-03-01T10:20:32Z 2026-03-01T10:20:34Z")]
    [InlineData("""{"intervals":[{"every":"1 week"}]}""", "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z 2026-03-12T00:00:00Z")]
    [InlineData("""{"intervals":[{"every":"1h"},{"every":"90 minutes"}]}""", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z 2026-03-01T01:30:00Z 2026-03-01T02:00:00Z 2026-03-01T03:00:00Z 2026-03-01T04:00:00Z")]
    [InlineData("""{"calendars":[{}]}""", "2026-02-27T12:00:00Z", "2026-02-28T00:00:00Z 2026-03-01T00:00:00Z")]
    [InlineData("""{"calendars":[{"dayOfMonth":31}]}""", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z 2026-05-31T00:00:00Z")]
    [InlineData("""{"calendars":[{"dayOfMonth":29,"month":"FEBRUARY"}]}""", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z")]
    [InlineData("""{"calendars":[{"dayOfMonth":29,"month":"FEBRUARY"}]}""", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("""{"calendars":[{"dayOfMonth":29,"month":"FEBRUARY","dayOfWeek":"MONDAY"}]}""", "2026-01-01T00:00:00Z", "2044-02-29T00:00:00Z")]
    [InlineData("""{"calendars":[{"hour":12,"minute":51,"dayOfWeek":["MONDAY","TUESDAY","WEDNESDAY","THURSDAY","FRIDAY"]}]}""", "2026-11-27T12:51:00Z", "2026-11-30T12:51:00Z")]
    [InlineData("""{"calendars":[{"hour":{"start":8,"end":18,"step":5},"minute":{"start":30}}]}""", "2026-01-01T08:30:00Z", "2026-01-01T13:30:00Z 2026-01-01T18:30:00Z 2026-01-02T08:30:00Z")]
    [InlineData("""{"calendars":[{"second":"*","minute":59,"hour":23,"dayOfMonth":31,"month":"DECEMBER"}]}""", "2026-12-31T23:59:58.5Z", "2026-12-31T23:59:59Z 2027-12-31T23:59:00Z")]
    [InlineData("""{"calendars":[{"year":2025}]}""", "2025-12-30T00:00:00Z", "2025-12-31T00:00:00Z none")]
    [InlineData("""{"calendars":[{"dayOfMonth":31,"month":["APRIL","JUNE"]}]}""", "2026-01-01T00:00:00Z", "none")]
    [InlineData("""{}""", "2026-01-01T00:00:00Z", "none")]
    public void The_next_times_are(string schedule, string after, string expected)
    {
        var wanted = expected.Split(' ');
        var times = ScheduleTimes.Take(JobSchedule.Parse(schedule), Time(after), wanted.Length);
        var shown = times.Select(t => t.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(wanted, shown.Count < wanted.Length ? [.. shown, "none"] : shown);
    }

    /// <summary>Two days around places where calendars are known to go wrong, second by second.</summary>
    [Theory]
    [InlineData("2024-02-28T00:00:00Z", 1)]
    [InlineData("2026-02-28T00:00:00Z", 2)]
    [InlineData("2026-12-31T00:00:00Z", 3)]
    [InlineData("2100-02-28T00:00:00Z", 4)]
    [InlineData("2026-03-29T00:00:00Z", 5)]
    public void They_are_what_somebody_finds_who_looks_at_every_second(string from, int seed)
    {
        var random = new Random(seed);
        var start = Time(from);
        for (var round = 0; round < 40; round++)
        {
            var json = RandomSchedule(random);
            var schedule = JobSchedule.Parse(json);
            var after = start.AddMilliseconds(random.Next(1000));
            var end = start.AddDays(2);
            var naive = EverySecond(start, end).Where(t => t > after && Matches(schedule, t)).Take(20).ToList();
            var ours = ScheduleTimes.Take(schedule, after, 20).Where(t => t < end).ToList();
            Assert.True(naive.SequenceEqual(ours), $"{json} after {after:O}: {string.Join(' ', naive)} against {string.Join(' ', ours)}");
        }
    }

    [Fact]
    public void Jitter_moves_a_start_forwards_but_never_to_the_next_and_is_the_same_each_time()
    {
        var schedule = JobSchedule.Parse("""{"jitter":"6h","intervals":[{"every":"10 minutes"}]}""");
        var seed = Guid.NewGuid();
        var after = Time("2026-01-01T00:00:00Z");
        var moved = new HashSet<double>();
        for (var i = 0; i < 200; i++)
        {
            var next = ScheduleTimes.Next(schedule, after, seed)!;
            Assert.Equal(next, ScheduleTimes.Next(schedule, after, seed));
            Assert.InRange(next.Start, next.Nominal, next.Nominal.AddMinutes(10).AddMilliseconds(-1));
            moved.Add((next.Start - next.Nominal).TotalMinutes);
            after = next.Nominal;
        }

        Assert.True(moved.Max() > 8 && moved.Min() < 2, "The jitter is spread over the whole room it has.");
        Assert.NotEqual(ScheduleTimes.Next(schedule, after, seed)!.Start, ScheduleTimes.Next(schedule, after, Guid.NewGuid())!.Start);
    }

    [Theory]
    [InlineData("100", 100L)]
    [InlineData("1.5h", 5_400_000L)]
    [InlineData("10 minutes", 600_000L)]
    [InlineData("2 Days", 172_800_000L)]
    [InlineData("1w", 604_800_000L)]
    [InlineData("1y", 31_557_600_000L)]
    [InlineData("-1h", null)]
    [InlineData("1 fortnight", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Durations_read_like_the_ones_clients_write(string text, long? milliseconds) =>
        Assert.Equal(milliseconds, MillisecondsText.Parse(text));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<DateTimeOffset> EverySecond(DateTimeOffset from, DateTimeOffset to)
    {
        for (var time = from; time < to; time = time.AddSeconds(1))
        {
            yield return time;
        }
    }

    private static bool Matches(JobSchedule schedule, DateTimeOffset t) =>
        schedule.Intervals.Any(every => (t - DateTimeOffset.UnixEpoch).Ticks % every.Ticks == 0)
        || schedule.Calendars.Any(c => c.Seconds.Contains(t.Second) && c.Minutes.Contains(t.Minute) && c.Hours.Contains(t.Hour)
            && c.DaysOfMonth.Contains(t.Day) && c.Months.Contains(t.Month) && c.DaysOfWeek.Contains((int)t.DayOfWeek)
            && (c.Years is null || c.Years.Contains(t.Year)));

    private static string RandomSchedule(Random random)
    {
        var calendars = Enumerable.Range(0, random.Next(1, 3)).Select(JsonNode? (_) =>
        {
            var calendar = new JsonObject();
            Maybe(calendar, "second", n => n, 0, 59);
            Maybe(calendar, "minute", n => n, 0, 59);
            Maybe(calendar, "hour", n => n, 0, 23);
            Maybe(calendar, "dayOfMonth", n => n, 1, 31);
            Maybe(calendar, "month", n => Months[n - 1], 1, 12);
            Maybe(calendar, "dayOfWeek", n => Days[n], 0, 6);
            return calendar;
        });
        var schedule = new JsonObject { ["calendars"] = new JsonArray([.. calendars]) };
        if (random.Next(2) == 0)
        {
            schedule["intervals"] = new JsonArray(new JsonObject { ["every"] = random.Next(1, 100_000) * 1000L });
        }

        return schedule.ToJsonString();

        void Maybe(JsonObject calendar, string name, Func<int, JsonNode> word, int least, int most)
        {
            if (random.Next(3) > 0)
            {
                calendar[name] = Part(word, least, most);
            }
        }

        JsonNode Part(Func<int, JsonNode> word, int least, int most)
        {
            var start = random.Next(least, most + 1);
            var end = random.Next(start, most + 1);
            return random.Next(5) switch
            {
                0 => word(start),
                1 => new JsonObject { ["start"] = word(start), ["end"] = word(end) },
                2 => new JsonObject { ["start"] = word(least), ["end"] = word(most), ["step"] = random.Next(1, 8) },
                3 => new JsonArray(word(start), new JsonObject { ["start"] = word(start), ["end"] = word(end) }),
                _ => "*",
            };
        }
    }
}
