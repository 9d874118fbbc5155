using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Intuned;

public static partial class IntunedBrowser
{
    private static readonly string[] DayFirst = ["d/M/yyyy", "d-M-yyyy", "d.M.yyyy", "d/M/yy", "d-M-yy", "d.M.yy"];
    private static readonly string[] MonthFirst = ["M/d/yyyy", "M-d-yyyy", "M.d.yyyy", "M/d/yy", "M-d-yy", "M.d.yy"];
    private static readonly string[] YearFirst = ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d"];

    /// <returns>A copy without empty strings, nulls and what is empty after removing them.</returns>
    public static JsonNode FilterEmptyValues(object data)
    {
        var node = data as JsonNode ?? JsonSerializer.SerializeToNode(data, JsonSerializerOptions.Web);
        return Keep(node) ?? (node is JsonArray ? new JsonArray() : new JsonObject());
    }

    /// <summary>Slashed dates are month first unless only day first is possible.</summary>
    /// <returns>The day a text names, or null.</returns>
    public static DateOnly? ProcessDate(string? date)
    {
        var text = Ordinals().Replace((date ?? string.Empty).Trim(), "${digit}");
        var numbers = LeadingNumbers().Match(text).Value;
        foreach (var formats in (string[][])[YearFirst, MonthFirst, DayFirst])
        {
            if (DateOnly.TryParseExact(numbers, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }
        }

        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var moment) ? DateOnly.FromDateTime(moment) : null;
    }

    /// <summary>HTML without scripts, comments, inline handlers and overlong attributes.</summary>
    public static string SanitizeHtml(string html, bool removeStyles = true, int maxAttributeLength = 500)
    {
        var clean = Scripts().Replace(Comments().Replace(html, string.Empty), string.Empty);
        if (removeStyles)
        {
            clean = Styles().Replace(clean, string.Empty);
        }

        return Tags().Replace(clean, tag => Attributes().Replace(tag.Value, attribute =>
        {
            var name = attribute.Groups["name"].Value;
            var drop = name.StartsWith("on", StringComparison.OrdinalIgnoreCase)
                || (removeStyles && name.Equals("style", StringComparison.OrdinalIgnoreCase))
                || attribute.Groups["value"].Length - 2 > maxAttributeLength;
            return drop ? string.Empty : attribute.Value;
        }));
    }

    private static JsonNode? Keep(JsonNode? node)
    {
        switch (node)
        {
            case null:
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Length == 0:
                return null;
            case JsonArray array:
                JsonNode[] items = [.. array.Select(Keep).OfType<JsonNode>()];
                return items.Length == 0 ? null : new JsonArray(items);
            case JsonObject members:
                var kept = members.Select(m => KeyValuePair.Create(m.Key, Keep(m.Value))).Where(m => m.Value is not null).ToArray();
                return kept.Length == 0 ? null : new JsonObject(kept);
            default:
                return node.DeepClone();
        }
    }

    [GeneratedRegex(@"(?<digit>\d)(st|nd|rd|th)\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ordinals();

    [GeneratedRegex(@"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LeadingNumbers();

    [GeneratedRegex(@"<!--.*?-->", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"<(?<tag>script|noscript)\b[^>]*>.*?</\k<tag>\s*>", RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Scripts();

    [GeneratedRegex(@"<style\b[^>]*>.*?</style\s*>|<link\b[^>]*stylesheet[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Styles();

    [GeneratedRegex(@"<[a-z][^>]*>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s(?<name>[^\s=>/]+)\s*=\s*(?<value>""[^""]*""|'[^']*'|[^\s>]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attributes();
}
