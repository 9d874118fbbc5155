using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Building;

/// <summary>The versions a project was made with, from the lock file of whichever package manager it uses.</summary>
/// <param name="Name">As it lies in the project.</param>
/// <param name="Text">What npm is given; part of what tells one installation from another.</param>
/// <param name="NpmName">Under which name npm reads it; null when the versions were put into the request instead.</param>
public sealed partial record LockFile(string Name, string Text, string? NpmName)
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>npm reads its own files and those of Yarn 1. Of the others the versions of direct dependencies are taken.</summary>
    /// <returns>Null when there is none that can be used.</returns>
    public static LockFile? Read(string source, PackageRequest request, ICollection<Diagnostic> diagnostics)
    {
        foreach (var name in (string[])["package-lock.json", "npm-shrinkwrap.json"])
        {
            if (ReadText(source, name) is { } npm)
            {
                return new LockFile(name, npm, "package-lock.json");
            }
        }

        if (ReadText(source, "yarn.lock") is { } yarn)
        {
            return yarn.Contains("# yarn lockfile v1", StringComparison.Ordinal)
                // The same packages under Yarn's own name of the registry; npm puts the configured one in the place of its usual one.
                ? new LockFile("yarn.lock", yarn.Replace("https://registry.yarnpkg.com/", "https://registry.npmjs.org/", StringComparison.Ordinal), "yarn.lock")
                : Pin("yarn.lock", yarn, YarnVersions(yarn), request, diagnostics);
        }

        if (ReadText(source, "pnpm-lock.yaml") is { } pnpm)
        {
            return Pin("pnpm-lock.yaml", pnpm, PnpmVersions(pnpm), request, diagnostics);
        }

        return ReadText(source, "bun.lock") is { } bun ? Pin("bun.lock", bun, BunVersions(bun), request, diagnostics) : null;
    }

    private static LockFile Pin(
        string name, string text, IEnumerable<(string Package, string Version)> versions, PackageRequest request, ICollection<Diagnostic> diagnostics)
    {
        foreach (var (package, version) in versions.Where(v => ExactVersion().IsMatch(v.Version)))
        {
            if (request.Required.ContainsKey(package))
            {
                request.Required[package] = version;
            }
            else if (request.Optional.ContainsKey(package))
            {
                request.Optional[package] = version;
            }
        }

        diagnostics.Add(new Diagnostic(
            name, 0, 0, DiagnosticSeverity.Info, "lock-file-in-part", "npm installs the packages: the direct dependencies in the versions of this file, theirs in the newest that fit."));
        return new LockFile(name, text, null);
    }

    private static IEnumerable<(string Package, string Version)> YarnVersions(string text) =>
        YarnEntry().Matches(text).Select(m => (m.Groups["package"].Value, m.Groups["version"].Value));

    private static IEnumerable<(string Package, string Version)> PnpmVersions(string text) =>
        PnpmEntry().Matches(text).Select(m => (m.Groups["package"].Value, m.Groups["version"].Value));

    private static List<(string Package, string Version)> BunVersions(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, Lenient);
            return json.RootElement.GetProperty("packages").EnumerateObject()
                .Select(p => p.Value[0].GetString()!)
                .Select(resolved => (resolved[..resolved.LastIndexOf('@')], resolved[(resolved.LastIndexOf('@') + 1)..]))
                .ToList();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentOutOfRangeException)
        {
            return [];
        }
    }

    private static string? ReadText(string source, string name) =>
        Path.Combine(source, name) is var file && File.Exists(file) && new FileInfo(file).Length > 0 ? File.ReadAllText(file) : null;

    [GeneratedRegex(@"^\d+\.\d+\.\d+[\w.+-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ExactVersion();

    /// <summary><c>"zod@npm:^3.22.4":</c> and, indented below it, <c>version: 3.25.76</c>.</summary>
    [GeneratedRegex(
        "^\"(?<package>(@[^/\"]+/)?[^@/\"]+)@npm:[^\"]*\":\\r?\\n  version: (?<version>\\S+)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex YarnEntry();

    /// <summary><c>zod:</c> and, indented below it, <c>specifier:</c> and <c>version: 3.25.76(peers)</c>.</summary>
    [GeneratedRegex(
        @"^ +'?(?<package>(@[^/':\s]+/)?[^@/':\s]+)'?:\r?\n +specifier: .*\r?\n +version: (?<version>[^\s(]+)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex PnpmEntry();
}
