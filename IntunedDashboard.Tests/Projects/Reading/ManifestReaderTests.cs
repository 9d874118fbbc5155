using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Reading;

public sealed class ManifestReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("manifest");
    private readonly List<Diagnostic> _diagnostics = [];

    [Fact]
    public void Apis_and_named_inputs_are_found_in_folders()
    {
        var manifest = Read(ProjectArchive.Minimal()
            .With("api/ai/is-page-loaded.ts", string.Empty)
            .With("api/01-first.js", string.Empty)
            .With("api/types.d.ts", string.Empty)
            .With("api/notes.md", string.Empty)
            .With(".parameters/api/ai/is-page-loaded/default.json", """{ "url": "https://a.test//b", } // an example""")
            .With(".parameters/api/hello/polite.json", """{ "name": "Zoë" }"""));

        Assert.Equal(["01-first", "ai/is-page-loaded", "hello"], manifest.Apis);
        Assert.Equal(["api/ai/is-page-loaded", "api/hello"], manifest.Parameters.Keys);
        Assert.Contains("https://a.test//b", manifest.Parameters["api/ai/is-page-loaded"]["default"], StringComparison.Ordinal);
        Assert.Contains("Zoë", manifest.Parameters["api/hello"]["polite"], StringComparison.Ordinal);
        Assert.Empty(_diagnostics);
    }

    [Fact]
    public void Stray_and_broken_inputs_do_not_stop_a_deployment()
    {
        var manifest = Read(ProjectArchive.Minimal()
            .With(".parameters/api/scrap", string.Empty)
            .With(".parameters/api/hello/empty.json", string.Empty)
            .With(".parameters/api/hello/list.json", "[1]")
            .With(".parameters/api/hello/broken.json", "{\n  \"name\": nobody\n}"));

        Assert.Empty(manifest.Parameters);
        Assert.All(_diagnostics, d => Assert.Equal(DiagnosticSeverity.Warning, d.Severity));
        Assert.Equal(
            [(".parameters/api/hello/broken.json", 2), (".parameters/api/hello/empty.json", 0), (".parameters/api/hello/list.json", 1)],
            _diagnostics.Select(d => (d.File, d.Line)).Order().ToArray());
    }

    [Theory]
    [InlineData("API", false, false, "auth-sessions/check.ts auth-sessions/create.ts")]
    [InlineData("API", true, false, "auth-sessions/check.ts")]
    [InlineData("MANUAL", false, false, "auth-sessions/check.ts")]
    [InlineData("MANUAL", false, true, "")]
    [InlineData("API", true, true, "")]
    public void Enabled_sessions_need_their_functions(string type, bool create, bool check, string missing)
    {
        var project = ProjectArchive.Minimal()
            .With("Intuned.jsonc", $$"""{ "version": "2.0", "authSessions": { "enabled": true, "type": "{{type}}" } }""");
        _ = create ? project.With("auth-sessions/create.ts", string.Empty) : project;
        _ = check ? project.With("auth-sessions/check.ts", string.Empty) : project;

        var manifest = Read(project);

        Assert.Equal((create, check), (manifest.HasCreate, manifest.HasCheck));
        Assert.Equal(missing, string.Join(' ', _diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.File)));
    }

    public void Dispose() => _folder.Dispose();

    private DeploymentManifest Read(ProjectArchive project)
    {
        project.WriteTo(_folder.Path);
        return ManifestReader.Read(_folder.Path, "Intuned.jsonc", ProjectLanguages.TypeScript, _diagnostics);
    }
}
