using System.Text.Json;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Reads the named example inputs below <c>.parameters</c>. Files that are no inputs never stop a deployment.</summary>
public static class ParameterSets
{
    private const string Folder = ".parameters";
    private const long MaxBytes = 1024 * 1024;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <returns>By function (<c>api/list-employees</c>, <c>auth-sessions/create</c>), then by set name.</returns>
    public static SortedDictionary<string, IReadOnlyDictionary<string, string>> Read(string directory, ICollection<Diagnostic> diagnostics)
    {
        var sets = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        var root = Path.Combine(directory, Folder);
        if (Directory.Exists(root))
        {
            foreach (var path in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories))
            {
                var below = Path.GetRelativePath(root, path).Replace('\\', '/');
                if (below.LastIndexOf('/') is > 0 and var slash && ReadSet(directory, $"{Folder}/{below}", diagnostics) is { } json)
                {
                    var function = below[..slash];
                    if (!sets.TryGetValue(function, out var named))
                    {
                        sets[function] = named = new SortedDictionary<string, string>(StringComparer.Ordinal);
                    }

                    named[Path.GetFileNameWithoutExtension(below)] = json;
                }
            }
        }

        return new(sets.ToDictionary(s => s.Key, s => (IReadOnlyDictionary<string, string>)s.Value, StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static string? ReadSet(string directory, string file, ICollection<Diagnostic> diagnostics)
    {
        const string code = "parameters-unreadable";
        var length = new FileInfo(Path.Combine(directory, file)).Length;
        if (length is 0 or > MaxBytes)
        {
            var message = length == 0 ? "The file is empty." : "The file is larger than 1 MiB and is not offered as an input.";
            diagnostics.Add(new Diagnostic(file, 0, 0, DiagnosticSeverity.Warning, code, message));
            return null;
        }

        return StructuredText.Read(directory, file, code, DiagnosticSeverity.Warning, diagnostics) is { } json
            ? JsonSerializer.Serialize(json.Root, Indented)
            : null;
    }
}
