using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Reading;

/// <summary>The settings file in every language it may be written in: reading, faults, and changes in place.</summary>
public sealed class SettingsFormatTests : IDisposable
{
    private const string Jsonc = """
        {
          // kept
          "version": "2.0",
          "authSessions": { "enabled": true, "type": "MANUAL", }, /* kept too */
          "replication": {
            "maxCount": 4
          },
          "headful": true,
          "ours": { "later": [1, 2] },
        }
        """;

    private const string Yaml = """
        # kept
        version: 2.0
        authSessions: { enabled: true, type: MANUAL } # kept too
        replication:
          maxCount: 4
        headful: true
        ours:
          later: [1, 2]
        """;

    private const string Toml = """
        # kept
        version = "2.0"
        headful = true
        authSessions = { enabled = true, type = "MANUAL" } # kept too
        ours.later = [1, 2]

        [replication]
        maxCount = 4
        """;

    private readonly TemporaryFolder _folder = new("formats");
    private readonly List<Diagnostic> _diagnostics = [];

    public static TheoryData<string, string> Files => new()
    {
        { "Intuned.jsonc", Jsonc },
        { "Intuned.yaml", Yaml },
        { "Intuned.yml", Yaml },
        { "Intuned.toml", Toml },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_language_says_the_same(string file, string text)
    {
        var settings = Read(file, text);

        Assert.Empty(_diagnostics);
        Assert.Equal(
            new ProjectSettings { IsCurrentGeneration = true, AuthSessionsEnabled = true, AuthSessionsType = "MANUAL", MaxConcurrentRuns = 4, Headful = true },
            settings);
    }

    [Theory]
    [InlineData("Intuned.yaml", "apiAccess:\n  enabled: false\nreplication:\n  maxConcurrentRequests: 3\n")]
    [InlineData("Intuned.toml", "[apiAccess]\nenabled = false\n[replication]\nmaxConcurrentRequests = 3\n")]
    public void The_older_generation_is_understood(string file, string text)
    {
        var settings = Read(file, text);

        Assert.Equal((false, 3, false), (settings.ApiAccessEnabled, settings.MaxConcurrentRuns, settings.IsCurrentGeneration));
        Assert.Empty(_diagnostics);
    }

    [Theory]
    [InlineData("Intuned.yaml", "version: '2.0'\nheadful: 'yes'\nbrowserSize:\n  width: 100\nreplication: {size: huge}\n", 2, 4, 5)]
    [InlineData("Intuned.toml", "version = '2.0'\nheadful = 'yes'\nreplication.size = 'huge'\n[browserSize]\nwidth = 100\n", 2, 3, 5)]
    public void Every_fault_has_its_line_and_field(string file, string text, params int[] lines)
    {
        Read(file, text);

        Assert.Equal(lines, _diagnostics.Select(d => d.Line).Order().ToArray());
        Assert.Equal(["browserSize.width", "headful", "replication.size"], _diagnostics.Select(d => d.Message.Split(':')[0]).Order().ToArray());
        Assert.All(_diagnostics, d => Assert.Equal(DiagnosticSeverity.Error, d.Severity));
    }

    [Theory]
    [InlineData("Intuned.yaml", "a: 1\na: 2\n", 2)]
    [InlineData("Intuned.yaml", "a: [1\nb: 2\n", 0)]
    [InlineData("Intuned.yaml", "a: 1\n---\nb: 2\n", 3)]
    [InlineData("Intuned.toml", "a = 1\na = 2\n", 2)]
    [InlineData("Intuned.toml", "a = \n", 1)]
    [InlineData("Intuned.toml", "[t]\nx = 1\n[t]\ny = 2\n", 3)]
    public void What_is_no_such_language_is_one_fault(string file, string text, int line)
    {
        Read(file, text);

        var fault = Assert.Single(_diagnostics);
        Assert.StartsWith($"This is not valid {(file.EndsWith("toml", StringComparison.Ordinal) ? "TOML" : "YAML")}: ", fault.Message, StringComparison.Ordinal);
        if (line > 0)
        {
            Assert.Equal(line, fault.Line);
        }
    }

    [Fact]
    public void A_YAML_file_that_is_built_to_become_huge_is_refused()
    {
        var lines = new List<string> { "a0: &a0 [x, x, x, x, x, x, x, x, x, x]" };
        lines.AddRange(Enumerable.Range(1, 20).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]"));

        Read("Intuned.yaml", string.Join('\n', lines));

        Assert.Contains("too many values", Assert.Single(_diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_proxy_of_local_runs_is_of_no_concern_and_that_of_deployed_ones_is_checked()
    {
        Assert.Equal(
            "http://user:pass@proxy.test:3128",
            Read("Intuned.json", """{ "version": "2.0", "proxy": { "dev": "nonsense", "deployed": "http://user:pass@proxy.test:3128" } }""").Proxy);
        Assert.Empty(_diagnostics);
        Assert.Null(Read("Intuned.json", """{ "version": "2.0", "proxy": { "enabled": false, "deployed": "http://proxy.test:1" } }""").Proxy);
        Assert.Null(Read("Intuned.json", """{ "version": "2.0", "proxy": { "deployed": "intuned://auto" } }""").Proxy);
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(_diagnostics).Severity);
        Read("Intuned.json", """{ "version": "2.0", "proxy": { "deployed": "not an address" } }""");
        Assert.Equal(DiagnosticSeverity.Error, _diagnostics[^1].Severity);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_change_in_place_keeps_comments_and_fields_nobody_knows(string file, string text)
    {
        var changed = SettingsEditor.Apply(file, text,
        [
            new("headful", false),
            new("authSessions.type", "API"),
            new("authSessions.saveTraces", true),
            new("replication.maxCount", 7),
            new("replication.size", "large"),
            new("browserSize.width", 1280),
            new("proxy.deployed", "http://u:p@proxy.test:8080"),
        ]);

        Assert.Contains("kept", changed, StringComparison.Ordinal);
        Assert.Contains("kept too", changed, StringComparison.Ordinal);
        var read = StructuredText.Parse(file, changed);
        Assert.True(JsonNode.DeepEquals(new JsonArray(1, 2), JsonNode.Parse(read.Find("ours.later")!.Value.ToString())));
        var settings = Read(file, changed);
        Assert.Empty(_diagnostics);
        Assert.Equal(
            ("API", true, 7, "large", 1280, false, "http://u:p@proxy.test:8080"),
            (settings.AuthSessionsType, settings.AuthSessionsSaveTraces, settings.MaxConcurrentRuns, settings.ReplicationSize, settings.BrowserWidth,
                settings.Headful, settings.Proxy));
    }

    [Theory]
    [InlineData("Intuned.json", "{}")]
    [InlineData("Intuned.jsonc", "{ // nothing yet\n}")]
    [InlineData("Intuned.jsonc", "{ \"authSessions\": {} }")]
    [InlineData("Intuned.jsonc", "{ \"authSessions\": null, \"version\": \"2.0\" }")]
    [InlineData("Intuned.yaml", "authSessions:\nversion: '2.0'\n")]
    [InlineData("Intuned.yaml", "")]
    [InlineData("Intuned.yaml", "# only a comment")]
    [InlineData("Intuned.yaml", "authSessions: {}\n")]
    [InlineData("Intuned.yaml", "other:\n  - a\n  - b: c\n")]
    [InlineData("Intuned.toml", "")]
    [InlineData("Intuned.toml", "authSessions.saveTraces = false\n[other]\na = 1\n")]
    [InlineData("Intuned.toml", "[other]\na = 1\n[authSessions] # here\n")]
    public void What_is_missing_is_added(string file, string text)
    {
        var changed = SettingsEditor.Apply(file, text, [new("authSessions.enabled", true), new("authSessions.type", "API")]);

        var settings = Read(file, changed);
        Assert.Empty(_diagnostics);
        Assert.Equal((true, "API"), (settings.AuthSessionsEnabled, settings.AuthSessionsType));
    }

    [Fact]
    public void What_is_as_it_should_be_is_left_alone() =>
        Assert.Equal(Jsonc, SettingsEditor.Apply("Intuned.jsonc", Jsonc, [new("headful", true), new("replication.maxCount", 4)]));

    [Fact]
    public void A_file_that_cannot_be_changed_safely_is_left_to_its_author() =>
        Assert.Throws<RequestException>(() => SettingsEditor.Apply("Intuned.yaml", "authSessions: [1", [new("headful", true)]));

    public void Dispose() => _folder.Dispose();

    private ProjectSettings Read(string file, string text)
    {
        File.WriteAllText(Path.Combine(_folder.Path, file), text);
        return SettingsReader.Read(_folder.Path, file, _diagnostics);
    }
}
