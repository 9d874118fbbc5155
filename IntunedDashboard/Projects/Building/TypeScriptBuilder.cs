namespace IntunedDashboard.Projects.Building;

/// <summary>Dependencies from npm, then the compiler.</summary>
public sealed class TypeScriptBuilder(TypeScriptCompiler compiler, NpmInstaller npm) : ILanguageBuilder
{
    public string Language => ProjectLanguages.TypeScript;

    public async Task<bool> BuildAsync(BuildPlace place, List<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var package = PackageManifest.Read(place.Source, diagnostics);
        var dependencies = package.ReadDependencies(ImpliedPackages.Find(place.Source), diagnostics);
        if (diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
        {
            return false;
        }

        string? modules = null;
        if (dependencies is { Required.Count: 0, Optional.Count: > 0 } && !npm.IsAvailable)
        {
            // A machine with nothing but .NET runs what needs no package.
            var names = string.Join(", ", dependencies.Optional.Keys);
            diagnostics.Add(new Diagnostic(
                "package.json", 0, 0, DiagnosticSeverity.Info, "npm-not-found", $"npm is not on this machine: {names} could not be installed, which the project can do without."));
        }
        else if (!dependencies.IsEmpty)
        {
            modules = await npm.InstallAsync(place.Source, place.Directory, dependencies, place.Log, diagnostics, cancellationToken);
            if (modules is null)
            {
                return false;
            }
        }

        place.Log.Write("Compiling.");
        var compiled = await compiler.CompileAsync(place.Source, place.Build, package, modules, diagnostics, cancellationToken);
        place.Log.Write(compiled ? "Done." : "The code could not be compiled.");
        return compiled;
    }
}
