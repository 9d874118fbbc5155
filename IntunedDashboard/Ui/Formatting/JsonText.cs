using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntunedDashboard.Ui.Formatting;

/// <summary>A fault in typed JSON, with its place as an editor counts it (from 1).</summary>
public sealed record JsonFault(int Line, int Column, string Message)
{
    public override string ToString() => $"Line {Line}, column {Column}: {Message}";
}

public static class JsonText
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = false, MaxDepth = 256 };

    /// <summary>Indented, or the text itself when it is not JSON.</summary>
    public static string Format(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return string.Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return json;
        }
    }

    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Null when the text is one JSON object.</summary>
    public static JsonFault? CheckObject(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new JsonFault(1, 1, "A JSON object is expected; for no values write {}.");
        }

        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? null
                : new JsonFault(1, 1, "A JSON object is expected: it starts with { and ends with }.");
        }
        catch (JsonException exception)
        {
            return new JsonFault((int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1, Explain(exception));
        }
    }

    // The parser's own sentence ends with the place, which is said in front already.
    private static string Explain(JsonException exception)
    {
        var message = exception.Message;
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place > 0 ? message[..place] : message;
    }
}
