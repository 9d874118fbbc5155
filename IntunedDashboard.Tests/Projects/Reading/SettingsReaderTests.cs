using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Reading;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("settings");
    private readonly List<Diagnostic> _diagnostics = [];

    [Fact]
    public void Comments_trailing_commas_and_addresses_with_slashes_are_read()
    {
        var settings = Read("""
            {
              // the current form
              "version": "2.0",
              "projectName": "my-project_1",
              "authSessions": {
                "enabled": true,
                "type": "MANUAL", /* recorded by a person */
                "startUrl": "https://site.test/login//start?next=/a//b",
                "finishUrl": "https://site.test/home",
                "saveTraces": true,
                "keepRefreshedState": true,
              },
              "replication": { "size": "standard", "maxCount": 4, "minCount": 0, },
              "headful": true,
              "browserSize": { "width": 1280, "height": 720 },
              "metadata": { "defaultRunPlaygroundInput": { "apiName": "list", "parameters": { "url": "http://a.test//b" } } },
              "somethingNew": { "kept": true },
            }
            """);

        Assert.Empty(_diagnostics);
        Assert.Equal(
            new ProjectSettings
            {
                ProjectName = "my-project_1",
                AuthSessionsEnabled = true,
                AuthSessionsType = "MANUAL",
                AuthSessionsSaveTraces = true,
                KeepRefreshedState = true,
                IsCurrentGeneration = true,
                MaxConcurrentRuns = 4,
                Headful = true,
                BrowserWidth = 1280,
                BrowserHeight = 720,
                StartUrl = "https://site.test/login//start?next=/a//b",
                FinishUrl = "https://site.test/home",
                PlaygroundApi = "list",
                PlaygroundParametersJson = """{"url":"http://a.test//b"}""",
            },
            settings);
    }

    [Theory]
    [InlineData("""{ "apiAccess": { "enabled": false }, "replication": { "maxConcurrentRequests": 3 } }""", false, 3)]
    [InlineData("""{ "replication": { "maxConcurrentRequests": 5, "maxCount": 9 } }""", true, 5)]
    [InlineData("""{ "version": "2.0", "apiAccess": { "enabled": false }, "replication": { "maxConcurrentRequests": 3, "maxCount": 7 } }""", true, 7)]
    [InlineData("{}", true, 1)]
    public void Both_generations_are_understood(string json, bool apiAccess, int limit)
    {
        var settings = Read(json);

        Assert.Equal((apiAccess, limit), (settings.ApiAccessEnabled, settings.MaxConcurrentRuns));
        Assert.Empty(_diagnostics);
    }

    [Fact]
    public void Every_fault_is_reported_with_its_line()
    {
        Read("""
            {
              "version": "2.0",
              "projectName": "-no-",
              "headful": "yes",
              "authSessions": {
                "enabled": true,
                "type": "API_KEY",
                "startUrl": "not an address"
              },
              "browserSize": { "width": 100 },
              "metadata": { "defaultRunPlaygroundInput": { "parameters": [1] } }
            }
            """);

        Assert.All(_diagnostics, d => Assert.Equal((DiagnosticSeverity.Error, "Intuned.jsonc"), (d.Severity, d.File)));
        Assert.Equal(
            [(3, "projectName"), (4, "headful"), (7, "authSessions.type"), (8, "authSessions.startUrl"), (10, "browserSize.width"), (11, "metadata.defaultRunPlaygroundInput.parameters")],
            _diagnostics.Select(d => (d.Line, d.Message.Split(':')[0])).Order().ToArray());
        Assert.Contains(_diagnostics, d => d is { Line: 4, Column: 14 });
    }

    [Fact]
    public void Broken_JSON_is_reported_with_line_and_column()
    {
        Read("{\n  \"version\": \"2.0\"\n  \"headful\": true\n}");

        var fault = Assert.Single(_diagnostics);
        Assert.Equal((3, 3, DiagnosticSeverity.Error), (fault.Line, fault.Column, fault.Severity));
        Assert.StartsWith("This is not valid JSON", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_this_platform_does_not_do_is_said_and_does_not_stop_it()
    {
        Read("""{ "version": "2.0", "region": "de", "stealthMode": { "enabled": true }, "captchaSolver": { "enabled": false } }""");

        Assert.Equal(["region", "stealthMode"], _diagnostics.Select(d => d.Message.Split(' ')[0]).Order().ToArray());
        Assert.All(_diagnostics, d => Assert.Equal(DiagnosticSeverity.Warning, d.Severity));
    }

    [Fact]
    public void A_byte_order_mark_is_no_fault()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "Intuned.jsonc"), [0xEF, 0xBB, 0xBF, .. "{\"headful\":true}"u8]);

        Assert.True(SettingsReader.Read(_folder.Path, "Intuned.jsonc", _diagnostics).Headful);
        Assert.Empty(_diagnostics);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("my-project_2", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a--b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    public void Project_names_are_checked(string name, bool valid) => Assert.Equal(valid, SettingsReader.IsProjectName(name));

    public void Dispose() => _folder.Dispose();

    private ProjectSettings Read(string json)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "Intuned.jsonc"), json);
        return SettingsReader.Read(_folder.Path, "Intuned.jsonc", _diagnostics);
    }
}
