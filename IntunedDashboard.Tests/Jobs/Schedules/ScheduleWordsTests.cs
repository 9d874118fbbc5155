using IntunedDashboard.Jobs.Schedules;

namespace IntunedDashboard.Tests.Jobs.Schedules;

public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData("""{ "intervals": [ { "every": "6h" } ] }""", "every 6 hours")]
    [InlineData("""{ "intervals": [ { "every": 1000 } ] }""", "every second")]
    [InlineData("""{ "intervals": [ { "every": 1500 } ] }""", "every 1500 milliseconds")]
    [InlineData("""{ "intervals": [ { "every": "90 minutes" } ] }""", "every 90 minutes")]
    [InlineData("""{ "intervals": [ { "every": "1d" } ] }""", "every day")]
    [InlineData("""{ "intervals": [ { "every": "7d" } ] }""", "every week")]
    [InlineData("""{ "intervals": [ { "every": "1h" }, { "every": 3600000 } ] }""", "every hour")]
    [InlineData("""{ "intervals": [ { "every": "6h" } ], "jitter": "30m" }""", "every 6 hours, up to 30 minutes later")]
    [InlineData("""{ "calendars": [ { "hour": 12, "minute": 51, "dayOfWeek": { "start": "MONDAY", "end": "FRIDAY" } } ], "jitter": "6h" }""",
        "at 12:51 on Monday to Friday, up to 6 hours later")]
    [InlineData("""{ "calendars": [ {} ] }""", "at 00:00 every day")]
    [InlineData("""{ "calendars": [ { "hour": [6, 18], "minute": 5, "second": 30 } ] }""", "at 06:05:30 and 18:05:30 every day")]
    [InlineData("""{ "calendars": [ { "minute": 0, "hour": "*" } ] }""", "every hour")]
    [InlineData("""{ "calendars": [ { "minute": 20, "hour": "*" } ] }""", "every hour at minute 20")]
    [InlineData("""{ "calendars": [ { "minute": [20, 50], "hour": "*" } ] }""", "every hour at minutes 20 and 50")]
    [InlineData("""{ "calendars": [ { "minute": "*", "hour": "*" } ] }""", "every minute")]
    [InlineData("""{ "calendars": [ { "second": "*", "minute": "*", "hour": "*" } ] }""", "every second")]
    [InlineData("""{ "calendars": [ { "second": { "start": 0, "end": 59, "step": 10 }, "minute": "*", "hour": "*" } ] }""", "every 10 seconds")]
    [InlineData("""{ "calendars": [ { "second": [1, 2], "minute": "*", "hour": "*" } ] }""", "every minute at seconds 1 and 2")]
    [InlineData("""{ "calendars": [ { "second": "*", "minute": 5, "hour": "*" } ] }""", "every second in minute 5 of every hour")]
    [InlineData("""{ "calendars": [ { "second": "*", "minute": 5, "hour": [1, 2, 3] } ] }""", "every second in minute 5 in hours 1 to 3")]
    [InlineData("""{ "calendars": [ { "second": "*", "minute": "*", "hour": 4 } ] }""", "every second in hour 4")]
    [InlineData("""{ "calendars": [ { "minute": { "start": 0, "end": 59, "step": 15 }, "hour": "*" } ] }""", "every 15 minutes")]
    [InlineData("""{ "calendars": [ { "minute": { "start": 0, "end": 59, "step": 15 }, "hour": { "start": 8, "end": 17 } } ] }""", "every 15 minutes in hours 8 to 17")]
    [InlineData("""{ "calendars": [ { "minute": "*", "hour": { "start": 8, "end": 17 } } ] }""", "every minute in hours 8 to 17")]
    [InlineData("""{ "calendars": [ { "minute": 30, "hour": { "start": 0, "end": 23, "step": 3 } } ] }""", "every 3 hours at minute 30")]
    [InlineData("""{ "calendars": [ { "minute": 51, "hour": { "start": 1, "end": 9, "step": 2 }, "dayOfWeek": ["MONDAY", "TUESDAY"], "month": "*" } ] }""",
        "at minute 51 in hours 1, 3, 5, 7 and 9 on Monday and Tuesday")]
    [InlineData("""{ "calendars": [ { "hour": 6, "dayOfWeek": ["SUNDAY", "SATURDAY"] } ] }""", "at 06:00 on Saturday and Sunday")]
    [InlineData("""{ "calendars": [ { "hour": 6, "dayOfMonth": [29, 1] } ] }""", "at 06:00 on days 1 and 29 of the month")]
    [InlineData("""{ "calendars": [ { "hour": 6, "dayOfMonth": 1, "month": ["JANUARY", "JULY"] } ] }""", "at 06:00 on day 1 in January and July")]
    [InlineData("""{ "calendars": [ { "hour": 6, "dayOfMonth": { "start": 1, "end": 7 }, "dayOfWeek": "MONDAY", "year": 2027 } ] }""",
        "at 06:00 on Monday if it is days 1 to 7 of the month in 2027")]
    [InlineData("""{ "intervals": [ { "every": "2h" } ], "calendars": [ { "hour": 6 } ] }""", "every 2 hours, and at 06:00 every day")]
    [InlineData("{}", "never")]
    [InlineData(null, "when triggered")]
    public void A_schedule_is_told_in_words(string? schedule, string words) => Assert.Equal(words, ScheduleWords.Of(schedule));
}
