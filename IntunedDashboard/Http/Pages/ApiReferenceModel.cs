using System.Text.Json.Nodes;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Http.Pages;

/// <summary>A value in the address of an operation.</summary>
public sealed record ApiParameterView(string Name, bool IsInPath, string? Description, string Type, string? Default, IReadOnlyList<string> Words);

/// <summary>One member of a body, with its path from the top.</summary>
public sealed record ApiFieldView(string Path, string Type, bool IsRequired, string? Description);

/// <param name="Examples">By name; formatted JSON.</param>
public sealed record ApiBodyView(string ContentType, IReadOnlyList<ApiFieldView> Fields, IReadOnlyList<(string Name, string Json)> Examples)
{
    public bool IsJson => ContentType == "application/json";
}

public sealed record ApiAnswerView(string Status, string Description, ApiBodyView? Body);

public sealed record ApiOperationView(
    string Id,
    string Tag,
    string Method,
    string Path,
    string Summary,
    string Description,
    IReadOnlyList<ApiParameterView> Parameters,
    ApiBodyView? Request,
    IReadOnlyList<ApiAnswerView> Answers);

/// <summary>The OpenAPI document as the API page shows it: the page knows nothing that the document does not say.</summary>
public sealed class ApiReferenceModel(JsonObject document)
{
    private const int Deepest = 5;

    public IReadOnlyList<ApiOperationView> Operations { get; } = Read(document);

    public ApiOperationView? Find(string? id) => Operations.FirstOrDefault(o => o.Id == id);

    private static List<ApiOperationView> Read(JsonObject document) =>
        (from path in document["paths"]!.AsObject()
         from method in path.Value!.AsObject()
         let operation = method.Value!
         select new ApiOperationView(
             Text(operation, "operationId"),
             operation["tags"]?[0]?.GetValue<string>() ?? "Other",
             method.Key.ToUpperInvariant(),
             path.Key,
             Text(operation, "summary"),
             Text(operation, "description"),
             [.. (operation["parameters"] as JsonArray ?? []).Select(p => Parameter(p!))],
             Body(document, operation["requestBody"]?["content"]),
             [.. operation["responses"]!.AsObject().Select(r => new ApiAnswerView(r.Key, Text(r.Value!, "description"), Body(document, r.Value!["content"])))]))
        .OrderBy(o => o.Tag, StringComparer.Ordinal)
        .ToList();

    private static ApiParameterView Parameter(JsonNode parameter) => new(
        Text(parameter, "name"),
        Text(parameter, "in") == "path",
        parameter["description"]?.GetValue<string>(),
        TypeOf(parameter["schema"]!),
        parameter["schema"]!["default"]?.ToString(),
        [.. (parameter["schema"]!["enum"] as JsonArray ?? []).Select(w => w!.ToString())]);

    private static ApiBodyView? Body(JsonObject document, JsonNode? content)
    {
        if (content?.AsObject() is not { Count: > 0 } types)
        {
            return null;
        }

        var (type, body) = types.First();
        var fields = new List<ApiFieldView>();
        AddFields(document, body!["schema"], string.Empty, 0, fields);
        var examples = (body["examples"] as JsonObject ?? [])
            .Select(e => (e.Key, JsonText.Format(e.Value!["value"]?.ToJsonString())))
            .Concat(body["example"] is { } one ? [("answer", JsonText.Format(one.ToJsonString()))] : []);
        return new ApiBodyView(type, fields, [.. examples]);
    }

    private static void AddFields(JsonObject document, JsonNode? schema, string path, int depth, List<ApiFieldView> fields)
    {
        var type = Resolve(document, schema);
        if (type?["items"] is { } items)
        {
            AddFields(document, items, $"{path}[]", depth, fields);
            return;
        }

        if (type?["properties"] is not JsonObject members || depth == Deepest)
        {
            return;
        }

        var required = (type["required"] as JsonArray ?? []).Select(r => r!.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, member) in members)
        {
            var memberPath = path.Length == 0 ? name : $"{path}.{name}";
            var resolved = Resolve(document, member);
            var description = member?["description"]?.ToString() ?? resolved?["description"]?.ToString();
            fields.Add(new ApiFieldView(memberPath, TypeOf(resolved ?? member!), required.Contains(name), description));
            AddFields(document, member, memberPath, depth + 1, fields);
        }
    }

    private static JsonNode? Resolve(JsonObject document, JsonNode? schema)
    {
        var target = schema?["oneOf"] is JsonArray choice ? choice.FirstOrDefault(c => c?["type"]?.ToString() != "null") : schema;
        return target?["$ref"]?.ToString() is { } reference
            ? document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]
            : target;
    }

    private static string TypeOf(JsonNode schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            return string.Join(" | ", words.Select(w => $"\"{w}\""));
        }

        var type = schema["type"] switch
        {
            JsonArray several => string.Join(" or ", several.Select(t => t!.ToString())),
            JsonValue one => one.ToString(),
            _ => "any",
        };
        return (schema["format"]?.ToString(), schema["minimum"], schema["maximum"]) switch
        {
            ("date-time" or "uuid" or "binary", _, _) => $"{type}, {schema["format"]}",
            (_, { } least, { } most) => $"{type}, {least} to {most}",
            _ => type,
        };
    }

    private static string Text(JsonNode node, string name) => node[name]?.GetValue<string>() ?? string.Empty;
}
