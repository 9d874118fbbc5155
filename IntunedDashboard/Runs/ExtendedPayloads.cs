using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs;

public sealed record ExtendedPayloadWire(string Api, JsonObject? Parameters);

public static class ExtendedPayloads
{
    public static IReadOnlyList<ExtendedPayloadWire>? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<List<ExtendedPayloadWire>>(json, JsonSerializerOptions.Web);

    /// <summary>The published form, <c>[{api, parameters}]</c>; null when there are none.</summary>
    public static string? ToJson(IReadOnlyList<ExtendedPayload> payloads)
    {
        if (payloads.Count == 0)
        {
            return null;
        }

        var items = payloads.Select(JsonNode (p) => new JsonObject { ["api"] = p.Api, ["parameters"] = JsonNode.Parse(p.ParametersJson) });
        return new JsonArray(items.ToArray()).ToJsonString();
    }
}
