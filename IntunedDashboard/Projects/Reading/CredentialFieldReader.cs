using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Reading;

/// <summary>
/// Finds the fields <c>create</c> asks for: the type of its first parameter when that can be read from the source, else the keys of
/// its named inputs. It reads what people write in practice and gives up rather than guess.
/// </summary>
public static partial class CredentialFieldReader
{
    private const int MaxTypeDepth = 4;

    private static readonly HashSet<string> SecretWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "passwd", "pwd", "pass", "passphrase", "passcode", "secret", "token", "otp", "totp", "pin", "apikey", "cvv", "mfa", "key",
        "credential", "credentials",
    };

    /// <param name="createFile">Relative path of the function's source, or null when there is none.</param>
    public static IReadOnlyList<CredentialField> Read(
        string directory, string? createFile, IReadOnlyDictionary<string, string>? namedInputs)
    {
        var fields = createFile is null ? null : FromSource(directory, createFile);
        return fields is { Count: > 0 } ? fields : FromInputs(namedInputs);
    }

    public static bool IsSecretName(string name) =>
        NameWords().Matches(name).Any(word => SecretWords.Contains(word.Value))
        || name.Contains("password", StringComparison.OrdinalIgnoreCase)
        || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("token", StringComparison.OrdinalIgnoreCase);

    private static List<CredentialField> FromInputs(IReadOnlyDictionary<string, string>? namedInputs)
    {
        var fields = new List<CredentialField>();
        var objects = (namedInputs?.Values ?? []).Select(json => JsonSerializer.Deserialize<JsonElement>(json)).ToArray();
        foreach (var property in objects.SelectMany(o => o.EnumerateObject()).DistinctBy(p => p.Name, StringComparer.Ordinal))
        {
            var type = property.Value.ValueKind switch
            {
                JsonValueKind.Number => "number",
                JsonValueKind.True or JsonValueKind.False => "boolean",
                JsonValueKind.Object or JsonValueKind.Array => "json",
                _ => "string",
            };
            var required = objects.All(o => o.TryGetProperty(property.Name, out _));
            fields.Add(new CredentialField(property.Name, type, required, IsSecretName(property.Name)));
        }

        return fields;
    }

    private static List<CredentialField>? FromSource(string directory, string createFile)
    {
        var source = new TypeSource(directory, createFile);
        return FirstParameterType(source.Text) is { } type ? FieldsOf(type, source, MaxTypeDepth) : null;
    }

    private static string? FirstParameterType(string text)
    {
        var open = -1;
        if (InlineDefaultFunction().Match(text) is { Success: true } inline)
        {
            open = inline.Index + inline.Length - 1;
        }
        else if (DefaultName().Match(text) is { Success: true } named)
        {
            var name = Regex.Escape(named.Groups["name"].Value);
            var declared = Regex.Match(
                text,
                $@"(?:function\s*\*?\s*{name}\s*|(?:const|let|var)\s+{name}\s*=\s*(?:async\s*)?(?:function\s*\w*\s*)?)\(",
                RegexOptions.None,
                TimeSpan.FromSeconds(1));
            open = declared.Success ? declared.Index + declared.Length - 1 : -1;
        }

        if (open < 0 || SourceText.Inside(text, open) is not { } parameters)
        {
            return null;
        }

        var first = SourceText.SplitOutside(parameters, ',')[0];
        var parts = SourceText.SplitOutside(first, ':');
        if (parts.Count < 2)
        {
            return null;
        }

        var type = SourceText.SplitOutside(first[(parts[0].Length + 1)..], '=')[0];
        return type.Trim();
    }

    private static List<CredentialField>? FieldsOf(string type, TypeSource source, int depth)
    {
        if (depth == 0)
        {
            return null;
        }

        type = type.Trim().TrimStart('|').Trim();
        if (SourceText.SplitOutside(type, '&') is { Count: > 1 } all)
        {
            return Merge(all.Select(part => FieldsOf(part, source, depth - 1)));
        }

        if (type.StartsWith('{'))
        {
            return SourceText.Inside(type, 0) is { } members ? Members(members) : null;
        }

        if (WrappedType().Match(type) is { Success: true } wrapped && wrapped.Groups["wrapper"].Value is "Readonly" or "Required" or "Partial")
        {
            var inner = FieldsOf(wrapped.Groups["inner"].Value, source, depth - 1);
            return wrapped.Groups["wrapper"].Value == "Partial" ? inner?.ConvertAll(f => f with { Required = false }) : inner;
        }

        return Identifier().IsMatch(type) ? Declared(type, source, depth) : null;
    }

    private static List<CredentialField>? Declared(string typeName, TypeSource source, int depth)
    {
        var text = source.Text;
        var name = Regex.Escape(typeName);
        var declared = Regex.Match(
            text, $@"\binterface\s+{name}\b(?:\s+extends\s+(?<bases>[\w\s,]+?))?\s*\{{", RegexOptions.None, TimeSpan.FromSeconds(1));
        if (declared.Success)
        {
            var bases = declared.Groups["bases"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var own = SourceText.Inside(text, declared.Index + declared.Length - 1) is { } members ? Members(members) : null;
            return Merge(bases.Select(b => FieldsOf(b, source, depth - 1)).Append(own));
        }

        var alias = Regex.Match(text, $@"\btype\s+{name}\s*=", RegexOptions.None, TimeSpan.FromSeconds(1));
        if (alias.Success)
        {
            var rest = text[(alias.Index + alias.Length)..].TrimStart();
            var type = rest.StartsWith('{') && SourceText.Inside(rest, 0) is { } body && !rest[(body.Length + 2)..].TrimStart().StartsWith('&')
                ? rest[..(body.Length + 2)]
                : SourceText.SplitOutside(rest, ';')[0];
            return FieldsOf(type, source, depth - 1);
        }

        var imported = Regex.Match(
            text,
            $@"\bimport\s+(?:type\s+)?\{{[^}}]*?\b(?:(?<original>\w+)\s+as\s+)?{name}\b[^}}]*\}}\s*from\s*['""](?<from>\.{{1,2}}/[^'""]+)['""]",
            RegexOptions.None,
            TimeSpan.FromSeconds(1));
        if (!imported.Success || source.Import(imported.Groups["from"].Value) is not { } other)
        {
            return null;
        }

        return Declared(imported.Groups["original"] is { Success: true } original ? original.Value : name, other, depth - 1);
    }

    private static List<CredentialField> Members(string body)
    {
        var fields = new List<CredentialField>();
        foreach (var member in Rejoin(SourceText.SplitOutside(body, ';', ',', '\n')))
        {
            if (Member().Match(member) is { Success: true } match)
            {
                var name = match.Groups["name"].Value;
                var types = SourceText.SplitOutside(match.Groups["type"].Value, '|').Select(t => t.Trim()).Where(t => t.Length > 0).ToArray();
                var required = !match.Groups["optional"].Success && !types.Contains("undefined", StringComparer.Ordinal);
                fields.Add(new CredentialField(name, Kind(types), required, IsSecretName(name)));
            }
        }

        return fields;
    }

    /// <summary>Members may end with a line alone, but a type may also go on in the next line.</summary>
    private static List<string> Rejoin(IReadOnlyList<string> fragments)
    {
        var members = new List<string>();
        foreach (var fragment in fragments)
        {
            if (members.Count > 0 && !MemberStart().IsMatch(fragment))
            {
                members[^1] += " " + fragment.Trim();
            }
            else
            {
                members.Add(fragment);
            }
        }

        return members;
    }

    private static string Kind(string[] types)
    {
        var kinds = types.Where(t => t is not ("undefined" or "null")).Select(t => t switch
        {
            "number" => "number",
            "boolean" or "true" or "false" => "boolean",
            _ when t.StartsWith('{') || t.EndsWith(']') || t.Contains('<') => "json",
            _ when t.Length > 0 && char.IsAsciiDigit(t[0]) => "number",
            _ => "string",
        }).Distinct(StringComparer.Ordinal).ToArray();
        return kinds.Length == 1 ? kinds[0] : "string";
    }

    private static List<CredentialField>? Merge(IEnumerable<List<CredentialField>?> parts)
    {
        var fields = parts.Where(p => p is not null).SelectMany(p => p!).DistinctBy(f => f.Name, StringComparer.Ordinal).ToList();
        return fields.Count == 0 ? null : fields;
    }

    [GeneratedRegex(@"\bexport\s+default\s+(?:async\s+)?(?:function\b\s*\*?\s*\w*\s*)?\(", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InlineDefaultFunction();

    [GeneratedRegex(@"\bexport\s+(?:default\s+(?<name>\w+)\s*(?:;|\r?\n|$)|\{[^}]*?\b(?<name>\w+)\s+as\s+default\b)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DefaultName();

    [GeneratedRegex(@"^(?<wrapper>\w+)\s*<(?<inner>.*)>$", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex WrappedType();

    [GeneratedRegex(@"^[A-Za-z_$][\w$]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        @"^\s*(?:readonly\s+)?['""]?(?<name>[\w$-]+)['""]?\s*(?<optional>\?)?\s*:\s*(?<type>.+?)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline,
        1000)]
    private static partial Regex Member();

    [GeneratedRegex(@"^\s*(?:readonly\s+)?['""]?[\w$-]+['""]?\s*\??\s*:", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MemberStart();

    /// <summary>Words of a name: <c>apiKey</c>, <c>api_key</c> and <c>API-KEY</c> all have <c>key</c>.</summary>
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NameWords();
}
