using System.Text.Json.Nodes;

namespace IntunedDashboard.Projects.Building;

/// <summary>What is to be installed for a project, by package name and version range.</summary>
public sealed record PackageRequest
{
    public required SortedDictionary<string, string> Required { get; init; }

    /// <summary>What may be missing: optional dependencies, and typings, which only the compiler wants.</summary>
    public required SortedDictionary<string, string> Optional { get; init; }

    /// <summary>The project's wishes for the versions of its dependencies' dependencies.</summary>
    public JsonObject? Overrides { get; init; }

    public bool IsEmpty => Required.Count == 0 && Optional.Count == 0;

    public string Names => string.Join(", ", Required.Keys.DefaultIfEmpty("only optional packages"));

    /// <summary>A package.json with nothing else in it.</summary>
    public string ToManifest()
    {
        var manifest = new JsonObject { ["name"] = "project", ["version"] = "0.0.0", ["private"] = true, ["dependencies"] = Object(Required), ["optionalDependencies"] = Object(Optional) };
        if (Overrides is not null)
        {
            manifest["overrides"] = Overrides.DeepClone();
        }

        return manifest.ToJsonString();
    }

    private static JsonObject Object(SortedDictionary<string, string> packages) =>
        new(packages.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));
}
