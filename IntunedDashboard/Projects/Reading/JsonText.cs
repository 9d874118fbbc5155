using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Reads JSON with comments and trailing commas.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions DocumentOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
    private static readonly JsonReaderOptions ReaderOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="TextFaultException">The text is no JSON.</exception>
    public static StructuredText Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            RefuseHalfCharacters(bytes);
            using var document = JsonDocument.Parse(bytes, DocumentOptions);
            var offsets = new Lazy<Dictionary<string, (long Start, long End)>>(() => Locate(bytes));
            return new StructuredText(
                text, document.RootElement.Clone(), path => offsets.Value.TryGetValue(path, out var offset) ? PlaceOf(bytes, offset) : null);
        }
        catch (JsonException exception)
        {
            throw new TextFaultException(
                (int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1, Reason(exception));
        }
    }

    /// <summary>A <c>\u</c> escape of half a surrogate pair cannot become text; found here, no later reader stumbles.</summary>
    private static void RefuseHalfCharacters(byte[] bytes)
    {
        if (bytes.AsSpan().IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(bytes, ReaderOptions);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                var place = PlaceOf(bytes, (reader.TokenStartIndex, reader.BytesConsumed));
                throw new TextFaultException(place.Line, place.Column, "A \\u escape is only half of a character.");
            }
        }
    }

    private static TextPlace PlaceOf(byte[] bytes, (long Start, long End) offset)
    {
        var before = bytes.AsSpan(0, (int)offset.Start);
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        var start = Encoding.UTF8.GetCharCount(before);
        var length = Encoding.UTF8.GetCharCount(bytes.AsSpan((int)offset.Start, (int)(offset.End - offset.Start)));
        return new TextPlace(start, start + length, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }

    private static string Reason(JsonException exception)
    {
        // The framework appends the place in its own words; the diagnostic already has it.
        var message = exception.Message;
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place > 0 ? message[..place] : message;
    }

    private static Dictionary<string, (long Start, long End)> Locate(byte[] bytes)
    {
        var offsets = new Dictionary<string, (long Start, long End)>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes, ReaderOptions);
        // The path of each open container, and of a list the index of its next item; -1 in objects.
        var open = new Stack<(string Path, int Next)>();
        var field = string.Empty;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var parent = open.Peek().Path;
                    field = parent.Length == 0 ? reader.GetString()! : $"{parent}.{reader.GetString()}";
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var (closed, _) = open.Pop();
                    offsets[closed] = (offsets[closed].Start, reader.BytesConsumed);
                    break;
                default:
                    var path = Take();
                    offsets[path] = (reader.TokenStartIndex, reader.BytesConsumed);
                    if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    {
                        open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
                    }

                    break;
            }
        }

        return offsets;

        string Take()
        {
            if (!open.TryPeek(out var container) || container.Next < 0)
            {
                return field;
            }

            open.Pop();
            open.Push(container with { Next = container.Next + 1 });
            return $"{container.Path}[{container.Next}]";
        }
    }
}
