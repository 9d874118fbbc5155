using System.Reflection;
using System.Text.Json;

namespace IntunedDashboard.Cli.Dev;

/// <summary>A sample project that the program carries.</summary>
/// <param name="Files">From path to content.</param>
internal sealed record Template(string Id, string Language, string Name, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, byte[]> Files)
{
    public const string TypeScript = "typescript";
    public const string Python = "python";
    public const string CSharp = "csharp";

    private const string Prefix = "samples/";

    public static IReadOnlyList<Template> All { get; } = Read();

    private static List<Template> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files =
            from resource in assembly.GetManifestResourceNames()
            let path = resource.Replace('\\', '/')
            where path.StartsWith(Prefix, StringComparison.Ordinal) && path.Count(c => c == '/') > 1
            let parts = path[Prefix.Length..].Split('/', 2)
            group (Path: parts[1], Resource: resource) by parts[0];
        return [.. files.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => Create(f.Key, f.ToDictionary(file => file.Path, file => Content(assembly, file.Resource), StringComparer.Ordinal)))];
    }

    private static Template Create(string id, Dictionary<string, byte[]> files)
    {
        var settings = files.First(file => file.Key is "Intuned.json" or "Intuned.jsonc").Value;
        using var json = JsonDocument.Parse(settings, JsonInput.Lenient);
        var described = json.RootElement.GetProperty("metadata").GetProperty("template");
        return new Template(
            id,
            files.ContainsKey("package.json") ? TypeScript : files.ContainsKey("pyproject.toml") ? Python : CSharp,
            described.GetProperty("name").GetString()!,
            [.. described.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)],
            files);
    }

    private static byte[] Content(Assembly assembly, string resource)
    {
        using var source = assembly.GetManifestResourceStream(resource)!;
        using var copy = new MemoryStream();
        source.CopyTo(copy);
        return copy.ToArray();
    }
}
