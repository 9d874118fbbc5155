using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// Checks JSON against the part of JSON Schema that the description of REST uses. It is stricter than the standard in one point: an
/// object with described members may have no others, so that nothing leaves the server undescribed.
/// </summary>
public sealed class JsonShape(JsonObject document)
{
    /// <returns>Each fault with its path; empty when the value is as described.</returns>
    public IReadOnlyList<string> Faults(JsonNode? value, JsonObject schema)
    {
        var faults = new List<string>();
        Check(value, schema, "$", faults);
        return faults;
    }

    private void Check(JsonNode? value, JsonObject schema, string path, List<string> faults)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            Check(value, Resolve(reference), path, faults);
            return;
        }

        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
        {
            var tries = choices.Select(c => Faults(value, c!.AsObject())).ToList();
            if (tries.All(t => t.Count > 0))
            {
                faults.Add($"{path} is none of the allowed: {string.Join(" / ", tries.Select(t => t[0]))}");
            }

            return;
        }

        var kind = KindOf(value);
        var types = schema["type"] switch
        {
            JsonArray several => several.Select(t => t!.GetValue<string>()).ToList(),
            JsonValue one => [one.GetValue<string>()],
            _ => [],
        };
        if (types.Count > 0 && !types.Contains(kind) && !(kind == "integer" && types.Contains("number")))
        {
            faults.Add($"{path} is {kind} instead of {string.Join(" or ", types)}");
            return;
        }

        if (schema["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            faults.Add($"{path} is {value?.ToJsonString() ?? "null"}, which is none of {words.ToJsonString()}");
        }

        CheckFormat(value, schema, path, faults);
        CheckMembers(value as JsonObject, schema, path, faults);
        if (value is JsonArray items && schema["items"] is JsonObject itemSchema)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Check(items[i], itemSchema, $"{path}[{i}]", faults);
            }
        }
    }

    private void CheckMembers(JsonObject? value, JsonObject schema, string path, List<string> faults)
    {
        if (value is null)
        {
            return;
        }

        foreach (var name in (schema["required"] as JsonArray ?? []).Select(r => r!.GetValue<string>()).Where(n => !value.ContainsKey(n)))
        {
            faults.Add($"{path}.{name} is missing");
        }

        if (schema["properties"] is not JsonObject properties)
        {
            return;
        }

        foreach (var (name, member) in value)
        {
            if (properties[name] is JsonObject described)
            {
                Check(member, described, $"{path}.{name}", faults);
            }
            else
            {
                faults.Add($"{path}.{name} is not described");
            }
        }
    }

    private static void CheckFormat(JsonNode? value, JsonObject schema, string path, List<string> faults)
    {
        var text = value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        var right = (schema["format"]?.GetValue<string>(), text) switch
        {
            ("date-time", not null) => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            ("uuid", not null) => Guid.TryParse(text, out _),
            _ => true,
        };
        if (!right)
        {
            faults.Add($"{path} is no {schema["format"]}: {text}");
        }
    }

    private JsonObject Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode)document, (node, part) => node[part]!).AsObject();

    private static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-') ? "integer" : "number",
        _ => "boolean",
    };
}
