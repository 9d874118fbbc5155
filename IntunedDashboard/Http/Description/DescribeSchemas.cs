using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace IntunedDashboard.Http.Description;

/// <summary>
/// What the wire types mean beyond their C# types: a member that can be null is left out instead, every other is always there, and
/// words come from a closed list.
/// </summary>
public sealed class DescribeSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && schema.Properties is { Count: > 0 } properties)
        {
            schema.Required = context.JsonTypeInfo.Properties
                .Where(p => properties.ContainsKey(p.Name) && (!p.IsGetNullable || IsAlwaysWritten(p)))
                .Select(p => p.Name)
                .ToHashSet(StringComparer.Ordinal);
        }

        var attributes = context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(OneOfAttribute), inherit: false) ?? [];
        foreach (var words in attributes.OfType<OneOfAttribute>())
        {
            schema.Enum = [.. words.Words.Select(JsonNode (w) => JsonValue.Create(w))];
        }

        if (context.JsonTypeInfo.Type == typeof(JsonObject))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (context.JsonTypeInfo.Type == typeof(JsonElement) || context.JsonTypeInfo.Type == typeof(JsonElement?))
        {
            schema.Type = null;
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes null away from every member that is left out instead. The generator adds it at several places, so this is done last.</summary>
    public static void RemoveNulls(JsonObject document)
    {
        foreach (var (_, schema) in document["components"]?["schemas"]?.AsObject() ?? [])
        {
            RemoveNullsOfMembers(schema);
        }
    }

    private static void RemoveNullsOfMembers(JsonNode? schema)
    {
        if (schema is not JsonObject { Count: > 0 } type)
        {
            return;
        }

        var required = (type["required"] as JsonArray ?? []).Select(r => r!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, member) in (type["properties"] as JsonObject ?? []).ToList())
        {
            if (!required.Contains(name) && member is JsonObject nullable)
            {
                type["properties"]![name] = WithoutNull(nullable);
            }

            RemoveNullsOfMembers(type["properties"]![name]);
        }

        RemoveNullsOfMembers(type["items"]);
    }

    private static JsonObject WithoutNull(JsonObject member)
    {
        if (member["type"] is JsonArray types)
        {
            var kept = types.Select(t => t!.GetValue<string>()).Where(t => t != "null").ToList();
            member["type"] = kept.Count == 1 ? kept[0] : new JsonArray([.. kept.Select(k => JsonValue.Create(k))]);
        }

        if (member["oneOf"] is JsonArray { Count: 2 } choice && choice.FirstOrDefault(c => c?["type"]?.ToString() != "null") is JsonObject other)
        {
            choice.Remove(other);
            return other;
        }

        return member;
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo member) => member.AttributeProvider?
        .GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false)
        .OfType<JsonIgnoreAttribute>()
        .Any(i => i.Condition == JsonIgnoreCondition.Never) == true;
}
