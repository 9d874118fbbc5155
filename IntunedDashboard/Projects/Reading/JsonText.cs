using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Projects.Reading;

/// <summary>
/// A JSON file as people write it, with comments and trailing commas, that still knows where each value stands, so that a fault can
/// be shown with its line.
/// </summary>
public sealed class JsonText
{
    private static readonly JsonDocumentOptions DocumentOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
    private static readonly JsonReaderOptions ReaderOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly byte[] _bytes;
    private readonly Dictionary<string, long> _offsets;

    private JsonText(byte[] bytes, JsonElement root)
    {
        _bytes = bytes;
        Root = root;
        _offsets = Locate(bytes);
    }

    public JsonElement Root { get; }

    /// <summary>Reads a file whose root must be an object; otherwise the answer is null and the fault is added.</summary>
    public static JsonText? Read(string directory, string file, string code, DiagnosticSeverity severity, ICollection<Diagnostic> diagnostics)
    {
        var bytes = File.ReadAllBytes(Path.Combine(directory, file));
        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, DocumentOptions);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new JsonText(bytes, document.RootElement.Clone());
            }

            diagnostics.Add(new Diagnostic(file, 1, 1, severity, code, "The file must hold a JSON object."));
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + 1;
            var column = (int)(exception.BytePositionInLine ?? 0) + 1;
            diagnostics.Add(new Diagnostic(file, line, column, severity, code, "This is not valid JSON: " + Reason(exception)));
        }

        return null;
    }

    /// <summary>The value at a path such as <c>authSessions.type</c>, or null.</summary>
    public JsonElement? Find(string path)
    {
        var element = Root;
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>Where the value at the path starts, or else its nearest parent; both count from 1.</summary>
    public (int Line, int Column) Place(string path)
    {
        for (var at = path; at.Length > 0; at = at.LastIndexOf('.') is > 0 and var dot ? at[..dot] : string.Empty)
        {
            if (_offsets.TryGetValue(at, out var offset))
            {
                var before = _bytes.AsSpan(0, (int)offset);
                var lineStart = before.LastIndexOf((byte)'\n') + 1;
                return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
            }
        }

        return (1, 1);
    }

    private static string Reason(JsonException exception)
    {
        // The framework appends the place in its own words; the diagnostic already has it.
        var message = exception.Message;
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place > 0 ? message[..place] : message;
    }

    private static Dictionary<string, long> Locate(byte[] bytes)
    {
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes, ReaderOptions);
        // One name per open container; null inside arrays, whose items are not addressed.
        var path = new Stack<string?>();
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.Pop();
                    break;
                default:
                    if (name is not null && !path.Contains(null))
                    {
                        offsets[string.Join('.', path.Reverse().Append(name).Where(n => n!.Length > 0))] = reader.TokenStartIndex;
                    }

                    if (reader.TokenType is JsonTokenType.StartObject)
                    {
                        path.Push(path.Count == 0 ? string.Empty : name);
                    }
                    else if (reader.TokenType is JsonTokenType.StartArray)
                    {
                        path.Push(null);
                    }

                    name = null;
                    break;
            }
        }

        return offsets;
    }
}
