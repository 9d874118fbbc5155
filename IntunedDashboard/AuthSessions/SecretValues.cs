using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.AuthSessions;

/// <summary>The leaves of a credentials object: what must be redacted, and the same object with every leaf masked.</summary>
public static class SecretValues
{
    public static IEnumerable<string> Leaves(string? json)
    {
        if (json is null)
        {
            return [];
        }

        return Walk(JsonNode.Parse(json)).Where(v => v.Length > 1);
    }

    /// <summary>For people: which fields were given, never what.</summary>
    public static string Mask(string json) => MaskNode(JsonNode.Parse(json))?.ToJsonString() ?? "null";

    private static IEnumerable<string> Walk(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Walk(p.Value)),
        JsonArray a => a.SelectMany(Walk),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => [v.GetValue<string>()],
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => [v.ToJsonString()],
        _ => [],
    };

    private static JsonNode? MaskNode(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, MaskNode(p.Value)))),
        JsonArray a => new JsonArray(a.Select(MaskNode).ToArray()),
        null => null,
        _ => JsonValue.Create(Platform.Redactor.Mask),
    };
}
