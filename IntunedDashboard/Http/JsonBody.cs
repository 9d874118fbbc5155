using System.Text.Json;
using System.Text.Unicode;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Http;

/// <summary>
/// Reads a JSON object field by field and collects every fault with its path, so that a caller sees all of them at once. Unknown
/// fields are ignored. A field of the wrong type yields its default and a fault; call <see cref="ThrowIfFaulty"/> before acting.
/// </summary>
public sealed class JsonBody
{
    /// <summary>Of two fields with one name, readers further on would each take another.</summary>
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    private readonly JsonElement _element;
    private readonly string _path;
    private readonly List<FieldFault> _faults;

    private JsonBody(JsonElement element, string path, List<FieldFault> faults)
    {
        _element = element;
        _path = path;
        _faults = faults;
    }

    /// <summary>Lets REST handlers take a body as a parameter.</summary>
    /// <exception cref="RequestException">The body is no JSON object, or has another content type.</exception>
    public static async ValueTask<JsonBody> BindAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The request needs the Content-Type application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        var json = await ReadAsync(context);
        if (FindInvalidText(json.Span) is { } fault)
        {
            throw RequestException.Invalid("body", fault);
        }

        try
        {
            var root = JsonElement.Parse(json.Span, Options);
            return root.ValueKind == JsonValueKind.Object
                ? new JsonBody(root, string.Empty, [])
                : throw RequestException.Invalid("body", "Must be a JSON object.");
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The body is not JSON.", malformed);
        }
    }

    /// <summary>Reads an object that came another way than as a request's body, with the same rules.</summary>
    public static JsonBody Of(JsonElement element) => new(element, string.Empty, []);

    /// <summary>What was wrong so far, in the order it was found.</summary>
    public IReadOnlyList<FieldFault> Faults => _faults;

    public bool Has(string name) => Find(name) is not null;

    /// <returns>The value as it stands, or null when it is absent.</returns>
    public JsonElement? Value(string name) => Find(name);

    /// <summary>For fields in which null has a meaning of its own.</summary>
    public bool HasNull(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public void AddFault(string name, string message) => _faults.Add(new FieldFault(PathOf(name), message));

    public string RequiredString(string name)
    {
        var value = OptionalString(name);
        if (value is null && Find(name) is null)
        {
            AddFault(name, "Is required and must be a string.");
        }

        return value ?? string.Empty;
    }

    public string? OptionalString(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            AddFault(name, "Must be a string.");
            return null;
        }

        var text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            AddFault(name, "Must not contain the character U+0000.");
        }

        return text;
    }

    public bool Flag(string name, bool fallback)
    {
        if (Find(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        AddFault(name, "Must be true or false.");
        return fallback;
    }

    /// <param name="maximum">Inclusive, like <paramref name="minimum"/>.</param>
    public int WholeNumber(string name, int fallback, int minimum, int maximum)
    {
        if (Find(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        AddFault(name, $"Must be a whole number from {minimum} to {maximum}.");
        return fallback;
    }

    /// <returns>An instant, or null when it is absent.</returns>
    public DateTimeOffset? Time(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time))
        {
            return time;
        }

        AddFault(name, "Must be an ISO-8601 time such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <returns>The object's JSON text, or null when it is absent.</returns>
    public string? ObjectText(string name, bool required = false)
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                AddFault(name, "Is required and must be a JSON object.");
            }

            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value.GetRawText();
        }

        AddFault(name, "Must be a JSON object.");
        return null;
    }

    /// <returns>The nested object, or null when it is absent.</returns>
    public JsonBody? Nested(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new JsonBody(value, PathOf(name), _faults);
        }

        AddFault(name, "Must be a JSON object.");
        return null;
    }

    /// <summary>The objects of a list, each with its own path such as <c>payload[3]</c>. Items that are no objects become faults.</summary>
    /// <returns>Null when the list is absent or no list.</returns>
    public IEnumerable<JsonBody>? Items(string name, bool required = false)
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                AddFault(name, "Is required and must be a list.");
            }

            return null;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return Enumerate(name, value);
        }

        AddFault(name, "Must be a list.");
        return null;
    }

    /// <returns>Null when the list is absent or holds anything but strings.</returns>
    public IReadOnlyList<string>? Strings(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        AddFault(name, "Must be a list of strings.");
        return null;
    }

    /// <returns>Null when the object is absent or has values that are no strings.</returns>
    public IReadOnlyDictionary<string, string>? StringMap(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String))
        {
            return value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);
        }

        AddFault(name, "Must be a JSON object whose values are strings.");
        return null;
    }

    /// <exception cref="RequestException">Anything was wrong; it lists every fault.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw RequestException.Invalid(_faults);
        }
    }

    private IEnumerable<JsonBody> Enumerate(string name, JsonElement list)
    {
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = $"{name}[{index++}]";
            if (item.ValueKind == JsonValueKind.Object)
            {
                yield return new JsonBody(item, PathOf(at), _faults);
            }
            else
            {
                AddFault(at, "Must be a JSON object.");
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        // The server ends a body that is too large, whatever length was announced.
        var buffer = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, 64 * 1024));
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    /// <summary>Bytes that are no UTF-8 and halves of surrogate pairs cannot become text; found here, no later reader stumbles.</summary>
    private static string? FindInvalidText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return "Must be encoded as UTF-8.";
        }

        if (json.IndexOf("\\u"u8) < 0)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            return "Has a \\u escape that is only half of a character.";
        }
        catch (JsonException)
        {
            // Parsing says where.
        }

        return null;
    }

    /// <summary>An explicit null counts as absent.</summary>
    private JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}
