using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntunedDashboard.Ui.Formatting;

/// <summary>JSON as the fold-out view shows it: made once, with at most <see cref="MostNodes"/> nodes.</summary>
public sealed record JsonNodeView(string? Name, string Text, string CssClass, IReadOnlyList<JsonNodeView> Children)
{
    public const int MostNodes = 1_500;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LongestPreview = 120;

    public bool HasChildren => Children.Count > 0;

    /// <summary>What a closed branch shows of its content: its plain values.</summary>
    public string Preview
    {
        get
        {
            var values = Children.Where(c => !c.HasChildren).Select(c => c.Name is null ? c.Text : $"{c.Name}: {c.Text}");
            var text = string.Join(", ", values);
            return text.Length <= LongestPreview ? text : $"{text[..LongestPreview]}…";
        }
    }

    /// <returns>Null when the text is not JSON or has too many nodes for a tree.</returns>
    public static JsonNodeView? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var left = MostNodes;
            var root = Make(name: null, document.RootElement, ref left);
            return left > 0 ? root : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNodeView Make(string? name, JsonElement element, ref int left)
    {
        left--;
        var children = new List<JsonNodeView>();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (left <= 0)
                    {
                        break;
                    }

                    children.Add(Make(property.Name, property.Value, ref left));
                }

                return new JsonNodeView(name, children.Count == 0 ? "{}" : $"{{ {Count(children.Count, "field")} }}", "json-size", children);
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (left <= 0)
                    {
                        break;
                    }

                    children.Add(Make(name: null, item, ref left));
                }

                return new JsonNodeView(name, children.Count == 0 ? "[]" : $"[ {Count(children.Count, "item")} ]", "json-size", children);
            case JsonValueKind.String:
                return new JsonNodeView(name, JsonSerializer.Serialize(element, Plain), "json-string", children);
            case JsonValueKind.Number:
                return new JsonNodeView(name, element.GetRawText(), "json-number", children);
            default:
                return new JsonNodeView(name, element.GetRawText(), "json-word", children);
        }
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
