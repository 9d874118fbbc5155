using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Projects.Building;

/// <summary>A project's <c>package.json</c>.</summary>
public sealed class PackageManifest
{
    private const string FileName = "package.json";

    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    private static readonly string[] LocalPrefixes = ["file:", "link:", "portal:", "workspace:", "git+file:", ".", "/", "~"];

    private readonly JsonObject _content;

    private PackageManifest(JsonObject content) => _content = content;

    /// <summary>An unreadable file is a fault; what can be done without it goes on.</summary>
    public static PackageManifest Read(string source, ICollection<Diagnostic> diagnostics)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(Path.Combine(source, FileName)), documentOptions: Lenient) is JsonObject content)
            {
                return new PackageManifest(content);
            }

            Fault(diagnostics, 1, "The file must hold a JSON object.");
        }
        catch (JsonException exception)
        {
            Fault(diagnostics, (int)(exception.LineNumber ?? 0) + 1, "This is not valid JSON.");
        }

        return new PackageManifest([]);
    }

    /// <summary>What must be installed: the dependencies the platform does not carry itself.</summary>
    /// <param name="implied">Packages the code imports that may go undeclared, with their version range.</param>
    public PackageRequest ReadDependencies(IReadOnlyDictionary<string, string> implied, ICollection<Diagnostic> diagnostics)
    {
        var optional = ReadSection("optionalDependencies", diagnostics);
        foreach (var (name, version) in ReadSection("devDependencies", []).Where(d => d.Key.StartsWith("@types/", StringComparison.Ordinal)))
        {
            optional.TryAdd(name, version);
        }

        var required = ReadSection("dependencies", diagnostics);
        foreach (var (name, version) in implied)
        {
            required.TryAdd(name, version);
        }

        foreach (var name in required.Keys)
        {
            optional.Remove(name);
        }

        return new PackageRequest { Required = required, Optional = optional, Overrides = ReadOverrides() };
    }

    private SortedDictionary<string, string> ReadSection(string section, ICollection<Diagnostic> diagnostics)
    {
        var dependencies = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in _content[section] as JsonObject ?? [])
        {
            var version = value is JsonValue text && text.TryGetValue<string>(out var written) ? written : "*";
            if (TypeScriptToolchain.IsCarried(name))
            {
                continue;
            }

            if (Array.Exists(LocalPrefixes, prefix => version.StartsWith(prefix, StringComparison.Ordinal)))
            {
                Fault(diagnostics, 0, $"The dependency {name} is a local path; only packages from a registry or an address can be installed.");
                continue;
            }

            dependencies[name] = version;
        }

        return dependencies;
    }

    /// <summary>Yarn writes the same wishes as <c>resolutions</c>; of those with a path only the plain names mean the same to npm.</summary>
    private JsonObject? ReadOverrides()
    {
        if (_content["overrides"] is JsonObject overrides)
        {
            return overrides;
        }

        var plain = (_content["resolutions"] as JsonObject ?? [])
            .Where(r => r.Value is JsonValue && r.Key.Count(c => c == '/') == (r.Key.StartsWith('@') ? 1 : 0))
            .Select(r => KeyValuePair.Create(r.Key, r.Value?.DeepClone()));
        return new JsonObject(plain) is { Count: > 0 } resolutions ? resolutions : null;
    }

    /// <summary>The manifest for the compiled project, which is CommonJS whatever its source is.</summary>
    public void WriteForBuild(string build)
    {
        _content["type"] = "commonjs";
        File.WriteAllText(Path.Combine(build, FileName), _content.ToJsonString());
    }

    private static void Fault(ICollection<Diagnostic> diagnostics, int line, string message) =>
        diagnostics.Add(new Diagnostic(FileName, line, 0, DiagnosticSeverity.Error, "package-invalid", message));
}
