using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Archives;

/// <summary>Finds the project inside what was unpacked: at the top, or in the one folder there is.</summary>
public static class ProjectRoot
{
    /// <summary>In the order in which they are looked for; the first one counts.</summary>
    public static readonly IReadOnlyList<string> SettingsNames = ["Intuned.json", "Intuned.jsonc", "Intuned.yaml", "Intuned.yml", "Intuned.toml"];

    /// <summary>Folders that archive programs add by themselves.</summary>
    private static readonly string[] Litter = ["__MACOSX"];

    /// <exception cref="RequestException">There is no settings file, or no language is recognised.</exception>
    public static (string Directory, string SettingsFile, string Language) Find(string unpacked)
    {
        foreach (var directory in Candidates(unpacked))
        {
            if (SettingsNames.FirstOrDefault(name => File.Exists(Path.Combine(directory, name))) is { } settings)
            {
                return (directory, settings, RecogniseLanguage(directory));
            }
        }

        throw ArchiveUnpacker.Refuse(
            "There is no settings file: Intuned.json, Intuned.jsonc, Intuned.yaml or Intuned.toml must be at the top of the archive or in its only folder.");
    }

    private static IEnumerable<string> Candidates(string unpacked)
    {
        yield return unpacked;
        var folders = Directory.GetDirectories(unpacked).Where(d => !Litter.Contains(Path.GetFileName(d), StringComparer.Ordinal)).ToArray();
        if (folders.Length == 1)
        {
            yield return folders[0];
        }
    }

    private static string RecogniseLanguage(string directory)
    {
        if (File.Exists(Path.Combine(directory, "package.json")))
        {
            return ProjectLanguages.TypeScript;
        }

        if (File.Exists(Path.Combine(directory, "pyproject.toml")))
        {
            return ProjectLanguages.Python;
        }

        var api = Path.Combine(directory, "api");
        if (Directory.EnumerateFiles(directory, "*.csproj").Any()
            || (Directory.Exists(api) && Directory.EnumerateFiles(api, "*.cs", SearchOption.AllDirectories).Any()))
        {
            return ProjectLanguages.CSharp;
        }

        throw ArchiveUnpacker.Refuse(
            "The project's language is unknown: it needs package.json (TypeScript), pyproject.toml (Python) or a C# project.");
    }
}
