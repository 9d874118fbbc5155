using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Reads TOML. Tables, dotted keys and inline tables are one tree; a list of tables is a list.</summary>
internal static class TomlText
{
    /// <exception cref="TextFaultException">The text is no TOML, or says something twice.</exception>
    public static StructuredText Parse(string text)
    {
        var document = SyntaxParser.Parse(text, "settings", validate: true);
        if (document.Diagnostics.FirstOrDefault(d => d.Kind == DiagnosticMessageKind.Error) is { } error)
        {
            throw new TextFaultException(error.Span.Start.Line + 1, error.Span.Start.Column + 1, error.Message);
        }

        var places = new Dictionary<string, TextPlace>(StringComparer.Ordinal) { [string.Empty] = new(0, text.Length, 1, 1) };
        var tables = new HashSet<string>(StringComparer.Ordinal);
        var root = new JsonObject();
        ReadItems(document.KeyValues, root, string.Empty, places);
        foreach (var table in document.Tables)
        {
            ReadTable(table, root, places, tables);
        }

        return new StructuredText(text, JsonSerializer.SerializeToElement(root), places.GetValueOrDefault);
    }

    private static void ReadTable(TableSyntaxBase table, JsonObject root, Dictionary<string, TextPlace> places, HashSet<string> tables)
    {
        var names = Names(table.Name!);
        var isList = table is TableArraySyntax;
        var parent = root;
        var inList = isList;
        foreach (var name in isList ? names.SkipLast(1) : names)
        {
            // A table below a list of tables belongs to the list's last one.
            inList |= parent[name] is JsonArray;
            parent = (parent[name] is JsonArray { Count: > 0 } list ? list[^1] : parent[name] ??= new JsonObject()) as JsonObject
                ?? throw Fault(table, $"{name} is a value already, so it cannot be a table.");
        }

        if (isList)
        {
            var list = (parent[names[^1]] ??= new JsonArray()) as JsonArray ?? throw Fault(table, $"{names[^1]} is no list of tables.");
            parent = [];
            list.Add((JsonNode)parent);
        }

        var path = inList ? null : string.Join('.', names);
        if (path is not null)
        {
            if (!tables.Add(path))
            {
                throw Fault(table, $"The table {path} is defined twice.");
            }

            places[path] = PlaceOf(table);
        }

        ReadItems(table.Items, parent, path, places);
    }

    private static void ReadItems(IEnumerable<KeyValueSyntax> items, JsonObject target, string? path, Dictionary<string, TextPlace> places)
    {
        foreach (var item in items)
        {
            var names = Names(item.Key!);
            var parent = target;
            foreach (var name in names.SkipLast(1))
            {
                parent = (parent[name] ??= new JsonObject()) as JsonObject ?? throw Fault(item, $"{name} is a value already.");
            }

            if (parent.ContainsKey(names[^1]))
            {
                throw Fault(item, $"{names[^1]} is given twice.");
            }

            var own = path is null ? null : string.Join('.', path.Length == 0 ? names : [path, .. names]);
            if (own is not null)
            {
                places[own] = PlaceOf(item.Value!);
            }

            parent[names[^1]] = Read(item.Value!, own, places);
        }
    }

    private static JsonNode? Read(ValueSyntax value, string? path, Dictionary<string, TextPlace> places)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return JsonValue.Create(text.Value);
            case BooleanValueSyntax flag:
                return JsonValue.Create(flag.Value);
            case IntegerValueSyntax whole:
                return JsonValue.Create(whole.Value);
            case FloatValueSyntax number:
                return double.IsFinite(number.Value) ? JsonValue.Create(number.Value) : JsonValue.Create(number.Value.ToString(CultureInfo.InvariantCulture));
            case ArraySyntax list:
                return new JsonArray([.. list.Items.Select(item => Read(item.Value!, path: null, places))]);
            case InlineTableSyntax table:
                var result = new JsonObject();
                ReadItems(table.Items.Select(item => item.KeyValue!), result, path, places);
                return result;
            default:
                // A date; nothing the platform reads is one.
                return JsonValue.Create(value.ToString()?.Trim());
        }
    }

    private static List<string> Names(KeySyntax key) => [NameOf(key.Key!), .. key.DotKeys.Select(k => NameOf(k.Key!))];

    private static string NameOf(BareKeyOrStringValueSyntax key) => key switch
    {
        StringValueSyntax text => text.Value ?? string.Empty,
        BareKeySyntax bare => bare.Key?.Text ?? string.Empty,
        _ => key.ToString()?.Trim() ?? string.Empty,
    };

    private static TextPlace PlaceOf(SyntaxNode node) =>
        new(node.Span.Start.Offset, node.Span.End.Offset + 1, node.Span.Start.Line + 1, node.Span.Start.Column + 1);

    private static TextFaultException Fault(SyntaxNode node, string message) =>
        new(node.Span.Start.Line + 1, node.Span.Start.Column + 1, message);
}
