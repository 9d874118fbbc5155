using System.Text.Json;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Projects.Building.Python;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Building;

/// <summary>What a Python project is told at deploy. Nothing of it is executed, and what cannot be installed does not fail it.</summary>
public sealed class PythonDeploymentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("python-build");
    private readonly ProjectArchive _files = new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0" }""")
        .With("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"intuned-runtime==1.3.41\", \"intuned_browser\"]\n")
        .With("api/hello.py", "async def automation(page, params):\n    return 'hello'\n");

    private readonly List<Diagnostic> _diagnostics = [];

    [PythonFact]
    public async Task A_project_that_needs_only_what_is_carried_runs_on_the_machines_interpreter()
    {
        Assert.True(await BuildAsync());

        Assert.True(File.Exists(Path.Combine(_folder.Path, "build", "api", "hello.py")));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "python")));
        Assert.True(File.Exists(Environment().GetProperty("interpreter").GetString()));
        Assert.Equal(PythonOnMachine.WhyNoBrowser is null ? [] : ["playwright-missing"], _diagnostics.Select(d => d.Code));
    }

    [PythonFact]
    public async Task A_dependency_that_cannot_be_installed_is_a_warning_and_the_deployment_has_an_environment()
    {
        _files.With("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"no-such-package-anywhere==1.2.3\"]\n");

        Assert.True(await BuildAsync());

        var warning = Assert.Single(_diagnostics, d => d.Code == "python-dependencies-missing");
        Assert.Equal(DiagnosticSeverity.Warning, warning.Severity);
        Assert.Contains("no-such-package-anywhere", warning.Message, StringComparison.Ordinal);
        Assert.StartsWith(Path.Combine(_folder.Path, "python"), Environment().GetProperty("interpreter").GetString(), StringComparison.Ordinal);
        Assert.Contains("could not be installed", Environment().GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task A_syntax_error_blocks_with_file_and_line_and_nothing_is_executed()
    {
        var marker = Path.Combine(_folder.Path, "executed");
        _files.With("api/broken.py", "async def automation(page, params):\n    return (\n").With("api/runs.py", $"open({JsonSerializer.Serialize(marker)}, 'w')\nautomation = None\n");

        Assert.False(await BuildAsync());

        var error = Assert.Single(_diagnostics, d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(("api/broken.py", 2, "syntax-error"), (error.File, error.Line, error.Code));
        Assert.False(File.Exists(marker));
    }

    [PythonTheory]
    [InlineData("[project\n", "pyproject-invalid", "not valid TOML")]
    [InlineData("[project]\ndependencies = 3\n", "pyproject-invalid", "must be a list of strings")]
    [InlineData("[project]\ndependencies = [\"--index-url=http://elsewhere.test\"]\n", "pyproject-invalid", "no package from an index")]
    [InlineData("[project]\ndependencies = [\"local @ file:///etc\"]\n", "pyproject-invalid", "no package from an index")]
    public async Task A_manifest_with_a_fault_blocks(string manifest, string code, string message)
    {
        _files.With("pyproject.toml", manifest);

        Assert.False(await BuildAsync());

        Assert.Contains(_diagnostics, d => d.Code == code && d.Message.Contains(message, StringComparison.Ordinal));
    }

    [PythonFact]
    public async Task A_missing_function_and_another_version_of_Python_are_warnings()
    {
        _files.With("pyproject.toml", "[project]\nname = \"x\"\nrequires-python = \"<3.9\"\n").With("api/empty.py", "def other(): pass\n");

        Assert.True(await BuildAsync());

        Assert.Contains(_diagnostics, d => d is { Code: "function-missing", File: "api/empty.py" });
        Assert.Contains(_diagnostics, d => d.Code == "python-version");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool> BuildAsync()
    {
        var source = Path.Combine(_folder.Path, "source");
        _files.WriteTo(source);
        await using var log = new BuildLog(TimeProvider.System, _ => Task.CompletedTask);
        return await new PythonBuilder(new PythonInstaller(new DeploymentOptions()))
            .BuildAsync(new BuildPlace(source, _folder.Path, Path.Combine(_folder.Path, "build"), log), _diagnostics, default);
    }

    private JsonElement Environment() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.Path, "build", ".intuned", "python.json"))).RootElement;
}
