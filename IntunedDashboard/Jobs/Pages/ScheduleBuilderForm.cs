using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Jobs.Pages;

/// <param name="Name">In the published form.</param>
/// <param name="Words">The names of its values, where they have names.</param>
/// <param name="WhenEmpty">What an empty field means.</param>
public sealed record CalendarPart(string Name, string Label, int Least, int Most, IReadOnlyList<string>? Words, string WhenEmpty)
{
    /// <summary>What is wrong, in the form's own notation.</summary>
    public string Rule => Words is null
        ? $"Write whole numbers from {Least} to {Most}: 9, 9-17, 0-59/15 for every fifteenth, several with commas, or *."
        : $"Write names such as {Words[0]}: one, {Words[0]}-{Words[4]}, several with commas, or *.";

    public static IReadOnlyList<CalendarPart> All { get; } =
    [
        new("minute", "Minute", 0, 59, null, "0"),
        new("hour", "Hour", 0, 23, null, "0"),
        new("second", "Second", 0, 59, null, "0"),
        new("dayOfWeek", "Day of week", 0, 6, ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"], "every"),
        new("dayOfMonth", "Day of month", 1, 31, null, "every"),
        new("month", "Month", 1, 12, ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"], "every"),
        new("year", "Year", 1970, 9999, null, "every"),
    ];
}

/// <summary>One calendar as it is typed.</summary>
public sealed class CalendarForm
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public string Comment { get; set; } = string.Empty;

    public string this[CalendarPart part]
    {
        get => _texts.GetValueOrDefault(part.Name, string.Empty);
        set => _texts[part.Name] = value;
    }

    public static CalendarForm From(JsonElement calendar)
    {
        var form = new CalendarForm { Comment = ScheduleBuilderForm.Text(calendar, "comment") };
        foreach (var part in CalendarPart.All)
        {
            form[part] = ScheduleBuilderForm.Text(calendar, part.Name);
        }

        return form;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var part in CalendarPart.All)
        {
            if (ScheduleBuilderText.Read(this[part], part.Least, part.Most, part.Words) is { } value)
            {
                json[part.Name] = value;
            }
        }

        if (Comment.Length > 0)
        {
            json["comment"] = Comment;
        }

        return json;
    }
}

/// <summary>A schedule as it is typed; switching it off keeps what was typed.</summary>
public sealed class ScheduleBuilderForm
{
    /// <summary>Off: the Job starts only when somebody asks.</summary>
    public bool IsOn { get; set; }

    public string Jitter { get; set; } = string.Empty;

    /// <summary>Each as <c>6h</c>, <c>10 minutes</c> or milliseconds.</summary>
    public List<string> Intervals { get; } = [];

    public List<CalendarForm> Calendars { get; } = [];

    public void Take(JsonElement? schedule)
    {
        Intervals.Clear();
        Calendars.Clear();
        Jitter = string.Empty;
        IsOn = schedule is { ValueKind: JsonValueKind.Object };
        if (!IsOn)
        {
            return;
        }

        Jitter = Text(schedule!.Value, "jitter");
        Intervals.AddRange(Items(schedule.Value, "intervals").Select(i => Text(i, "every")));
        Calendars.AddRange(Items(schedule.Value, "calendars").Select(CalendarForm.From));
    }

    /// <returns>Null while it is off.</returns>
    public JsonObject? ToJson()
    {
        if (!IsOn)
        {
            return null;
        }

        var json = new JsonObject();
        if (Jitter.Length > 0)
        {
            json["jitter"] = Duration(Jitter);
        }

        if (Intervals.Count > 0)
        {
            json["intervals"] = new JsonArray([.. Intervals.Select(JsonNode (every) => new JsonObject { ["every"] = every.Length == 0 ? null : Duration(every) })]);
        }

        if (Calendars.Count > 0)
        {
            json["calendars"] = new JsonArray([.. Calendars.Select(JsonNode (c) => c.ToJson())]);
        }

        return json;
    }

    internal static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? ScheduleBuilderText.Write(value) : string.Empty;

    private static JsonNode Duration(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : text;

    private static JsonElement.ArrayEnumerator Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
