using IntunedDashboard.Execution.Python;

namespace IntunedDashboard.Projects.Building.Python;

/// <summary>
/// Reads the project, then installs what it depends on. What is missing on the machine or in the index does not fail the deployment: it is
/// told as a warning, and again by the Runs that need it.
/// </summary>
public sealed class PythonBuilder(PythonInstaller installer) : ILanguageBuilder
{
    private const string Manifest = "pyproject.toml";

    public string Language => ProjectLanguages.Python;

    public async Task<bool> BuildAsync(BuildPlace place, List<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(place.Build);
        ProjectFiles.Copy(place.Source, place.Build, ProjectFiles.List(place.Source));
        if (await PythonInspection.MakeAsync(place.Source, cancellationToken) is not { } found)
        {
            Warn("python-missing", PythonEnvironment.Missing);
            new PythonEnvironment(null, null).Write(place.Build);
            return true;
        }

        diagnostics.AddRange(found.Findings.Select(f => new Diagnostic(
            f.File, f.Line, f.Column, f.Severity == "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning, f.Code, f.Message)));
        if (diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
        {
            return false;
        }

        var (interpreter, problem) = found.Dependencies.Count > 0
            ? await installer.InstallAsync(found, place, cancellationToken)
            : (found.Executable, null);
        interpreter ??= found.Executable;
        if (problem is not null)
        {
            Warn("python-dependencies-missing", problem);
        }

        if (interpreter == found.Executable ? !found.HasPlaywright : !await HasPlaywrightAsync(interpreter, place.Build, cancellationToken))
        {
            Warn("playwright-missing", "The Python package playwright is not installed, so Runs of this project will fail: "
                + "name it in the dependencies of pyproject.toml and deploy again while the package index can be reached, "
                + "or install it on the machine with: python3 -m pip install playwright");
        }

        new PythonEnvironment(interpreter, problem?.Split('\n')[0]).Write(place.Build);
        return true;

        void Warn(string code, string message) =>
            diagnostics.Add(new Diagnostic(Manifest, 0, 0, DiagnosticSeverity.Warning, code, message));
    }

    private static async Task<bool> HasPlaywrightAsync(string interpreter, string directory, CancellationToken cancellationToken) =>
        (await ToolProcess.RunAsync(
            interpreter,
            ["-c", "import importlib.util, sys; sys.path.pop(0); sys.exit(importlib.util.find_spec('playwright') is None)"],
            directory,
            TimeSpan.FromMinutes(1),
            cancellationToken)).ExitCode == 0;
}
