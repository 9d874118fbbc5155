using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Reading;

/// <summary>
/// Changes values of a settings file in their place: comments, order and fields the platform does not know stay as they are. After
/// each change the file is read again, and a change that did anything else than asked is refused.
/// </summary>
public static class SettingsEditor
{
    private static readonly JsonSerializerOptions Written = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="changes">Path such as <c>authSessions.type</c>, then its new value.</param>
    /// <exception cref="RequestException">The file cannot be changed safely.</exception>
    public static string Apply(string file, string text, IReadOnlyList<KeyValuePair<string, JsonNode>> changes)
    {
        try
        {
            foreach (var (path, value) in changes)
            {
                text = Apply(file, text, path, value);
            }

            return text;
        }
        catch (TextFaultException fault)
        {
            throw RequestException.Conflict($"{file} cannot be changed here: {fault.Message} Change it in the project and deploy again.");
        }
    }

    private static string Apply(string file, string text, string path, JsonNode value)
    {
        var before = StructuredText.Parse(file, text);
        var current = before.Find(path);
        if (current is { } same && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(same), value))
        {
            return text;
        }

        var changed = current is not null && before.FindPlace(path) is { } place
            ? text[..place.Start] + value.ToJsonString(Written) + text[place.End..]
            : Insert(file, before, path, value);
        var after = StructuredText.Parse(file, changed);
        if (!JsonNode.DeepEquals(JsonSerializer.SerializeToNode(after.Root), Expected(before.Root, path, value)))
        {
            throw new TextFaultException(1, 1, $"there is no safe place for {path}.");
        }

        return changed;
    }

    private static JsonObject Expected(JsonElement root, string path, JsonNode value)
    {
        var result = JsonSerializer.SerializeToNode(root)!.AsObject();
        var names = path.Split('.');
        var parent = result;
        foreach (var name in names.SkipLast(1))
        {
            if (parent[name] is not JsonObject child)
            {
                parent[name] = child = [];
            }

            parent = child;
        }

        parent[names[^1]] = value.DeepClone();
        return result;
    }

    private static string Insert(string file, StructuredText text, string path, JsonNode value)
    {
        // What is missing on the way is made with the value.
        var names = path.Split('.');
        var depth = names.Length - 1;
        while (depth > 0 && text.Find(string.Join('.', names.Take(depth))) is not { ValueKind: JsonValueKind.Object })
        {
            depth--;
        }

        var parent = string.Join('.', names.Take(depth));
        for (var i = names.Length - 1; i > depth; i--)
        {
            value = new JsonObject { [names[i]] = value.DeepClone() };
        }

        var asked = string.Join('.', names.Take(depth + 1));
        if (text.Find(asked) is not null && text.FindPlace(asked) is { } nothing)
        {
            // Something that is no object stands where one is needed: a null, as a rule.
            var written = StructuredText.LanguageOf(file) == "TOML" ? TomlValue(value) : value.ToJsonString(Written);
            return $"{text.Text[..nothing.Start]} {written}{text.Text[nothing.End..]}";
        }

        var element = depth == 0 ? text.Root : text.Find(parent)!.Value;
        return StructuredText.LanguageOf(file) switch
        {
            "YAML" => InsertYaml(text, parent, element, names[depth], value),
            "TOML" => InsertToml(text, parent, names[depth..], value),
            _ => InsertJson(text, parent, element, names[depth], value),
        };
    }

    /// <summary>As the first member, because what stands after the last one may be a comment or a comma.</summary>
    private static string InsertJson(StructuredText text, string parent, JsonElement element, string name, JsonNode value)
    {
        var place = text.FindPlace(parent) ?? throw Nowhere(name);
        var indent = LineIndent(text.Text, place.Start) + "  ";
        var isEmpty = !element.EnumerateObject().Any();
        var member = $"\n{indent}\"{name}\": {value.ToJsonString(Written)}{(isEmpty ? $"\n{indent[2..]}" : ",")}";
        return text.Text.Insert(place.Start + 1, member);
    }

    private static string InsertYaml(StructuredText text, string parent, JsonElement element, string name, JsonNode value)
    {
        // JSON is YAML too, so a value needs no other form.
        var member = $"{name}: {value.ToJsonString(Written)}";
        if (!element.EnumerateObject().Any())
        {
            if (parent.Length == 0)
            {
                return text.Text + (text.Text.Length == 0 || text.Text.EndsWith('\n') ? string.Empty : "\n") + member + "\n";
            }

            var nothing = text.FindPlace(parent) ?? throw Nowhere(name);
            return text.Text.Insert(nothing.Start + 1, $" {member} ");
        }

        var place = text.FindPlace(parent) ?? throw Nowhere(name);
        return place.Start < text.Text.Length && text.Text[place.Start] == '{'
            ? text.Text.Insert(place.Start + 1, $" {member},")
            : text.Text.Insert(place.Start, $"{member}\n{LineIndent(text.Text, place.Start)}");
    }

    private static string InsertToml(StructuredText text, string parent, string[] names, JsonNode value)
    {
        var written = TomlValue(value);
        var place = parent.Length == 0 ? null : text.FindPlace(parent);
        if (place is not null && text.Text[place.Start] == '{')
        {
            var rest = text.Text[(place.Start + 1)..place.End].TrimStart();
            return text.Text.Insert(place.Start + 1, $" {names[0]} = {written}{(rest.StartsWith('}') ? " " : ",")}");
        }

        if (place is not null && text.Text[place.Start] == '[')
        {
            var end = text.Text.IndexOf('\n', place.Start);
            return end < 0 ? $"{text.Text}\n{names[0]} = {written}\n" : text.Text.Insert(end + 1, $"{names[0]} = {written}\n");
        }

        // A dotted key belongs before the first table.
        return $"{(parent.Length == 0 ? names[0] : $"{parent}.{names[0]}")} = {written}\n{text.Text}";
    }

    private static string TomlValue(JsonNode value) => value switch
    {
        JsonObject table => $"{{ {string.Join(", ", table.Select(m => $"{m.Key} = {TomlValue(m.Value!)}"))} }}",
        JsonArray list => $"[{string.Join(", ", list.Select(i => TomlValue(i!)))}]",
        _ => value.ToJsonString(Written),
    };

    private static string LineIndent(string text, int offset)
    {
        var start = text.LastIndexOf('\n', Math.Max(0, offset - 1)) + 1;
        return new string(text.Skip(start).TakeWhile(c => c is ' ' or '\t').ToArray());
    }

    private static TextFaultException Nowhere(string name) => new(1, 1, $"there is no safe place for {name}.");
}
