using System.Text.Json.Nodes;
using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs;

public static class ExtendedPayloads
{
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
