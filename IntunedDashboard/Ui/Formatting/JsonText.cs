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

    private const string NotClosed = "Something is not closed: a bracket is missing at the end.";

    private static readonly (string Sign, string Text)[] Explanations =
    [
        ("trailing comma", "A comma stands here with nothing after it."),
        ("start of a property name", "A property name in double quotes is expected here."),
        ("start of a value", "A value is expected here; text needs double quotes."),
        ("invalid after a value", "A comma or a closing bracket is expected here."),
        ("invalid after a property name", "A colon is expected here."),
        ("Expected end of string", "The text is not closed by a double quote."),
        ("Expected depth to be zero", NotClosed),
        ("Expected a delimiter", NotClosed),
        ("reached end of data", NotClosed),
        ("within a JSON string", "A line break or control character inside a text is written with a backslash."),
        ("invalid JSON literal", "Text needs double quotes; without them only true, false, null and numbers are allowed."),
        ("invalid JSON number", "This is not a number JSON knows."),
        ("Duplicate property", "A field of an object is there twice."),
        ("after a single JSON value", "Nothing may follow the closing bracket."),
    ];

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
            return Describe(exception);
        }
    }

    /// <summary>Says what was wrong with a text that was refused, and where.</summary>
    public static JsonFault Describe(JsonException exception) =>
        new((int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1, Explain(exception));

    /// <summary>The parser's words are about its own states and options; these are about what was typed.</summary>
    private static string Explain(JsonException exception) =>
        Explanations.FirstOrDefault(e => exception.Message.Contains(e.Sign, StringComparison.Ordinal)).Text ?? "This is not valid JSON.";
}
