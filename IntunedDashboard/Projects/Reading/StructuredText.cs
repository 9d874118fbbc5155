using System.Text.Json;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Where a value stands: character offsets (the end is exclusive), and line and column from 1.</summary>
public sealed record TextPlace(int Start, int End, int Line, int Column);

/// <summary>A text that is no valid JSON, YAML or TOML. Line and column count from 1.</summary>
public sealed class TextFaultException(int line, int column, string message) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}

/// <summary>
/// A JSON, YAML or TOML file as people write it that still knows where each value stands, so that a fault can be shown with its line
/// and a value can be changed in its place. Whatever the language is, the values are read as JSON.
/// </summary>
public sealed class StructuredText
{
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Func<string, TextPlace?> _places;

    /// <param name="places">
    /// Answers the place of the value at a path such as <c>authSessions.type</c>; empty for the whole. In JSON also of items of lists,
    /// such as <c>payload[0].apiName</c>.
    /// </param>
    internal StructuredText(string text, JsonElement root, Func<string, TextPlace?> places)
    {
        Text = text;
        Root = root;
        _places = places;
    }

    public string Text { get; }

    public JsonElement Root { get; }

    /// <summary>Reads a file whose root must be an object; otherwise the answer is null and the fault is added.</summary>
    public static StructuredText? Read(
        string directory, string file, string code, DiagnosticSeverity severity, ICollection<Diagnostic> diagnostics)
    {
        var info = new FileInfo(Path.Combine(directory, file));
        if (info.Length > MaxBytes)
        {
            diagnostics.Add(new Diagnostic(file, 0, 0, severity, code, $"The file is larger than {MaxBytes / (1024 * 1024)} MiB."));
            return null;
        }

        var language = LanguageOf(file);
        try
        {
            var text = Parse(file, File.ReadAllText(info.FullName));
            if (text.Root.ValueKind == JsonValueKind.Object)
            {
                return text;
            }

            diagnostics.Add(new Diagnostic(file, 1, 1, severity, code, language == "JSON" ? "The file must hold a JSON object." : "The file must hold a mapping."));
        }
        catch (TextFaultException fault)
        {
            diagnostics.Add(new Diagnostic(file, fault.Line, fault.Column, severity, code, $"This is not valid {language}: {fault.Message}"));
        }

        return null;
    }

    /// <param name="file">Its ending says which language the text is in.</param>
    /// <exception cref="TextFaultException">The text is not valid.</exception>
    public static StructuredText Parse(string file, string text) => LanguageOf(file) switch
    {
        "YAML" => YamlText.Parse(text),
        "TOML" => TomlText.Parse(text),
        _ => JsonText.Parse(text),
    };

    public static string LanguageOf(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".YAML" or ".YML" => "YAML",
        ".TOML" => "TOML",
        _ => "JSON",
    };

    /// <summary>The value at a path such as <c>authSessions.type</c>, or null.</summary>
    public JsonElement? Find(string path)
    {
        var element = Root;
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>The place of exactly the value at the path, or null.</summary>
    public TextPlace? FindPlace(string path) => _places(path);

    /// <summary>Where the value at the path starts, or else its nearest parent; both count from 1.</summary>
    public (int Line, int Column) Place(string path)
    {
        for (var at = path; at.Length > 0; at = at.LastIndexOfAny(['.', '[']) is > 0 and var end ? at[..end] : string.Empty)
        {
            if (_places(at) is { } place)
            {
                return (place.Line, place.Column);
            }
        }

        return (1, 1);
    }
}
