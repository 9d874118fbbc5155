using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Building;

/// <summary>
/// Packages that projects may import without declaring them, because the published modules bring them along. The platform's own modules
/// have no dependencies, so these are installed for the projects that import them.
/// </summary>
public static partial class ImpliedPackages
{
    private const string Zod = "zod";

    private static readonly Dictionary<string, string> None = [];

    private static readonly Dictionary<string, string> OnlyZod = new(StringComparer.Ordinal) { [Zod] = "^3.22.4" };

    public static IReadOnlyDictionary<string, string> Find(string source) =>
        ProjectFiles.List(source).Where(TypeScriptCompiler.IsCode).Any(file => ImportsZod().IsMatch(File.ReadAllText(Path.Combine(source, file))))
            ? OnlyZod
            : None;

    [GeneratedRegex(@"(\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*[""']zod(/[^""']*)?[""']", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ImportsZod();
}
