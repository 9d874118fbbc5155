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
        // The path of each open container; null for a list and what is in it, whose values are not addressed.
        var open = new Stack<string?>();
        string? path = string.Empty;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    path = open.Peek() is not { } parent ? null : parent.Length == 0 ? reader.GetString() : $"{parent}.{reader.GetString()}";
                    continue;
                case JsonTokenType.StartObject:
                    Begin(reader.TokenStartIndex);
                    open.Push(path);
                    break;
                case JsonTokenType.StartArray:
                    Begin(reader.TokenStartIndex);
                    open.Push(null);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    if (open.Pop() is { } closed)
                    {
                        offsets[closed] = (offsets[closed].Start, reader.BytesConsumed);
                    }

                    break;
                default:
                    if (path is not null)
                    {
                        offsets[path] = (reader.TokenStartIndex, reader.BytesConsumed);
                    }

                    break;
            }

            path = null;
        }

        return offsets;

        void Begin(long at)
        {
            if (path is not null)
            {
                offsets[path] = (at, at);
            }
        }
    }
}
