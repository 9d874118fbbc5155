using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>A part of a calendar as people type it: <c>9</c>, <c>9-17</c>, <c>0-59/15</c>, lists of these, <c>*</c>. Pure.</summary>
public static class ScheduleBuilderText
{
    private const int ShortestWord = 3;

    /// <summary>To the published form. What cannot be read becomes text, which the reader of schedules refuses.</summary>
    /// <returns>Null for nothing.</returns>
    public static JsonNode? Read(string text, int least, int most, IReadOnlyList<string>? words)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var nodes = parts.Select(part => ReadPart(part, least, most, words)).ToArray();
        return nodes.Length switch
        {
            0 => null,
            1 => nodes[0],
            _ => new JsonArray(nodes),
        };
    }

    public static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Write)),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Object => Write(value, "start") + Prefixed("-", Write(value, "end")) + Prefixed("/", Write(value, "step")),
        _ => value.GetRawText(),
    };

    private static JsonNode ReadPart(string part, int least, int most, IReadOnlyList<string>? words)
    {
        if (part == "*")
        {
            return "*";
        }

        var (range, step) = Cut(part, '/');
        var (first, last) = range == "*" ? (Word(least, words), Word(most, words)) : Cut(range, '-');
        if (step is null && last is null)
        {
            return One(first, words);
        }

        var result = new JsonObject { ["start"] = One(first, words) };
        if (last is not null)
        {
            result["end"] = One(last, words);
        }

        if (step is not null)
        {
            result["step"] = Number(step);
        }

        return result;
    }

    private static JsonNode One(string text, IReadOnlyList<string>? words)
    {
        if (words is null)
        {
            return Number(text);
        }

        var found = text.Length < ShortestWord ? [] : words.Where(w => w.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToList();
        return found is [var word] ? word : text.ToUpperInvariant();
    }

    private static JsonNode Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : text;

    private static string Word(int value, IReadOnlyList<string>? words) =>
        words is null ? value.ToString(CultureInfo.InvariantCulture) : words[value == 0 || words.Count == 7 ? value : value - 1];

    private static (string First, string? Second) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is var index and > 0 ? (text[..index].Trim(), text[(index + 1)..].Trim()) : (text, null);

    private static string Write(JsonElement value, string name) =>
        value.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? Write(part) : string.Empty;

    private static string Prefixed(string sign, string text) => text.Length > 0 ? sign + text : string.Empty;
}
