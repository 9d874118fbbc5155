namespace IntunedDashboard.Projects.Building;

/// <summary>The part of a project's <c>.npmrc</c> that says where packages come from. The rest could make npm run or write something.</summary>
public static class RegistrySettings
{
    public const string FileName = ".npmrc";

    private static readonly string[] Names = ["registry", "always-auth", "strict-ssl", "legacy-peer-deps"];

    public static string Read(string source)
    {
        var file = Path.Combine(source, FileName);
        return File.Exists(file) ? string.Concat(File.ReadLines(file).Where(IsAboutRegistry).Select(line => line + "\n")) : string.Empty;
    }

    private static bool IsAboutRegistry(string line)
    {
        var name = line.Split('=', 2)[0].Trim();
        return name.StartsWith("//", StringComparison.Ordinal)
            || (name.StartsWith('@') && name.EndsWith(":registry", StringComparison.Ordinal))
            || Names.Contains(name, StringComparer.Ordinal);
    }
}
