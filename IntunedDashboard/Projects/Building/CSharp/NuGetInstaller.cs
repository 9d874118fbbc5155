using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Xml.Linq;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Building.CSharp;

/// <param name="Compile">Assemblies to compile against.</param>
/// <param name="Run">Files the runner loads.</param>
public sealed record InstalledPackages(IReadOnlyList<string> Compile, IReadOnlyList<string> Run);

/// <summary>Installs a project's NuGet packages with the machine's .NET SDK. Build steps of packages are not run.</summary>
public sealed class NuGetInstaller(DeploymentOptions options)
{
    private const string Code = "nuget-restore-failed";
    private const string Framework = "net10.0";
    private const int MaxReportedLines = 20;

    private static readonly string[] Arguments =
    [
        "restore", "packages.csproj", "--nologo", "--verbosity", "quiet",
        // The folder may lie below a repository whose settings are none of the project's business.
        "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false",
    ];

    /// <returns>Null when it failed; the diagnostics then say why.</returns>
    public async Task<InstalledPackages?> InstallAsync(
        CSharpProject project, BuildPlace place, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", project.Packages.Keys);
        if (DotnetHost.Find() is not { } dotnet)
        {
            Fault($"The project depends on {names}, and the .NET SDK, which installs packages, is not on this machine.");
            return null;
        }

        var directory = Path.Combine(place.Directory, "packages");
        Directory.CreateDirectory(directory);
        Describe(project).Save(Path.Combine(directory, "packages.csproj"));
        foreach (var settings in Directory.GetFiles(place.Source).Where(f => Path.GetFileName(f).Equals("nuget.config", StringComparison.OrdinalIgnoreCase)))
        {
            File.Copy(settings, Path.Combine(directory, "nuget.config"), overwrite: true);
        }

        try
        {
            var result = await ToolProcess.RunAsync(dotnet, Arguments, directory, options.NpmTimeout, cancellationToken, place.Log.Write);
            if (result is { TimedOut: false, ExitCode: 0 })
            {
                return ReadAssets(Path.Combine(directory, "obj", "project.assets.json"));
            }

            Fault(result.TimedOut
                ? $"Installing {names} took longer than {options.NpmTimeout.TotalMinutes:0} minutes and was stopped."
                : $"NuGet could not install {names}. The .NET 10 SDK must be on this machine.\n{LastLines(result.Output, directory)}");
        }
        catch (Win32Exception)
        {
            Fault($"The project depends on {names}, but dotnet does not start on this machine.");
        }

        return null;

        void Fault(string message) =>
            diagnostics.Add(new Diagnostic(project.FileName ?? string.Empty, 0, 0, DiagnosticSeverity.Error, Code, message));
    }

    private static XDocument Describe(CSharpProject project) => new(new XElement(
        "Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement(
            "PropertyGroup",
            new XElement("TargetFramework", Framework),
            new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier),
            new XElement("SelfContained", "false"),
            new XElement("UseAppHost", "false"),
            new XElement("NuGetAudit", "false")),
        new XElement(
            "ItemGroup",
            project.Packages.Select(p => new XElement("PackageReference", new XAttribute("Include", p.Key), new XAttribute("Version", p.Value))))));

    /// <summary>What NuGet decided, for this machine's own platform.</summary>
    private static InstalledPackages ReadAssets(string file)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(file));
        var root = assets.RootElement;
        var folders = root.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToArray();
        var target = root.GetProperty("targets").EnumerateObject().OrderByDescending(t => t.Name.Contains('/', StringComparison.Ordinal)).First().Value;
        var compile = new List<string>();
        var run = new List<string>();
        foreach (var library in target.EnumerateObject())
        {
            var path = root.GetProperty("libraries").GetProperty(library.Name) is var known && known.TryGetProperty("path", out var at) ? at.GetString()! : library.Name;
            compile.AddRange(Files(library.Value, "compile", path, folders));
            run.AddRange(Files(library.Value, "runtime", path, folders));
            run.AddRange(Files(library.Value, "native", path, folders));
        }

        return new InstalledPackages(compile, run);
    }

    private static IEnumerable<string> Files(JsonElement library, string kind, string path, string[] folders) =>
        library.TryGetProperty(kind, out var files)
            ? files.EnumerateObject()
                .Where(f => !f.Name.EndsWith("_._", StringComparison.Ordinal))
                .Select(f => folders.Select(folder => Path.Combine(folder, path, f.Name)).FirstOrDefault(File.Exists))
                .OfType<string>()
            : [];

    private static string LastLines(string output, string directory) => string.Join(
        '\n',
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace(directory + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal).Trim())
            .Distinct(StringComparer.Ordinal)
            .TakeLast(MaxReportedLines));
}
