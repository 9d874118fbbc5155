namespace IntunedDashboard.Projects.Building.CSharp;

/// <summary>Packages from NuGet, then the compiler.</summary>
public sealed class CSharpBuilder(CSharpCompiler compiler, NuGetInstaller nuget) : ILanguageBuilder
{
    /// <summary>Below the build; a project's own folder of this name is never copied.</summary>
    internal const string MadeFolder = ".intuned";

    public string Language => ProjectLanguages.CSharp;

    public async Task<bool> BuildAsync(BuildPlace place, List<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var project = CSharpProject.Read(place.Source, diagnostics);
        if (diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
        {
            return false;
        }

        var files = ProjectFiles.List(place.Source).ToArray();
        Directory.CreateDirectory(place.Build);
        ProjectFiles.Copy(place.Source, place.Build, files);
        InstalledPackages? packages = null;
        if (project.Packages.Count > 0)
        {
            packages = await nuget.InstallAsync(project, place, diagnostics, cancellationToken);
            if (packages is null)
            {
                return false;
            }

            CopyPackages(packages, place.Build);
        }

        place.Log.Write("Compiling.");
        var code = files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        var compiled = await Task.Run(
            () => compiler.Compile(project, Path.GetFullPath(place.Build), code, packages?.Compile ?? [], diagnostics, cancellationToken), cancellationToken);
        place.Log.Write(compiled ? "Done." : "The code could not be compiled.");
        return compiled;
    }

    private static void CopyPackages(InstalledPackages packages, string build)
    {
        var target = Directory.CreateDirectory(Path.Combine(build, MadeFolder, "packages")).FullName;
        foreach (var file in packages.Run)
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
    }
}
