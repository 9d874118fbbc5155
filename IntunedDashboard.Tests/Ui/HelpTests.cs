using System.Text.RegularExpressions;
using IntunedDashboard.Startup;
using IntunedDashboard.Ui.Help;

namespace IntunedDashboard.Tests.Ui;

/// <summary>The help's content: complete, and without a link or a name that leads nowhere.</summary>
public sealed partial class HelpTests
{
    /// <summary>Every published code a Run, a JobRun or REST can answer with.</summary>
    private static readonly string[] Codes =
    [
        "internal-server-error", "script-process-crashed", "unexpected", "script-execution-exception", "script-no-valid-output-received",
        "result-too-big-error", "script-timeout", "script-unexpected-error", "auth-check-failed", "all-attempts-failed",
        "check-attempts-failed", "create-attempts-failed", "post-create-check-attempts-failed", "api-attempts-failed",
        "onepassword-integration-error", "job-run-terminated",
        "auth-session-validate-dependency-failed", "terminated", "job-run-paused", "failed-to-initialize-job-run", "api-access-disabled",
        "cancelled-user-action",
        "user-request", "auth-session-not-found", "auth-session-invalid-mid-job", "auth-session-locked", "another-job-run-active",
        "insufficient-resource-credits", "s3-sink-error",
        "bad-request", "unauthorized", "forbidden", "not-found", "method-not-allowed", "conflict", "auth-session-already-in-use",
        "payload-too-large", "unsupported-media-type", "too-many-requests", "unavailable", "internal-error",
    ];

    private readonly HelpLibrary _library = new();

    [Fact]
    public void The_topics_stand_in_reading_order() => Assert.Equal(
        ["quick-start", "concepts", "writing-a-project", "jobs", "logins-by-hand", "payloads", "rest", "sinks", "command-line", "moving", "notifications", "operating", "several-nodes", "sizing", "when-a-person-is-needed", "troubleshooting"],
        _library.Topics.Select(t => t.Id));

    [Fact]
    public void Every_code_is_explained_under_an_address_of_its_own()
    {
        var explained = _library.Find("troubleshooting")!.Sections.Where(s => s.Text.Length > 20).Select(s => s.Anchor).ToList();
        Assert.All(Codes, code => Assert.Contains(code, explained));
        Assert.Equal(explained.Count, explained.Distinct().Count());
    }

    [Fact]
    public void Every_link_leads_to_a_topic_and_a_heading_that_exist()
    {
        foreach (var topic in _library.Topics)
        {
            foreach (Match link in Link().Matches(topic.Html))
            {
                var target = _library.Find(link.Groups["topic"].Value);
                Assert.True(target is not null, $"{topic.Id} links to {link.Value}");
                var anchor = link.Groups["anchor"].Value;
                Assert.True(anchor.Length == 0 || target.Sections.Any(s => s.Anchor == anchor), $"{topic.Id} links to {link.Value}");
            }
        }
    }

    [Fact]
    public void Every_setting_that_is_named_exists()
    {
        var known = Settings.All.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var named = _library.Topics.SelectMany(t => SettingName().Matches(t.Html).Select(m => m.Groups["name"].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, known));
    }

    [Fact]
    public void A_search_finds_sections_with_every_word_and_prefers_headings()
    {
        var hits = _library.Search("script-timeout");
        Assert.Equal(("troubleshooting", "script-timeout"), (hits[0].Topic.Id, hits[0].Section.Anchor));
        Assert.Contains(_library.Search("decrypts credentials backup"), h => h.Section.Anchor == "backup" && h.Excerpt.Contains("decrypts", StringComparison.Ordinal));
        Assert.Empty(_library.Search("no-such-word-anywhere"));
        Assert.Empty(_library.Search("  "));
    }

    [Fact]
    public void Html_in_a_file_is_shown_as_text_and_code_can_be_copied()
    {
        var topic = HelpDocument.Read("trial", "# Trial\n\n## First part\n\n<script>alert(1)</script>\n\n```bash\necho \"<b>\"\n```\n\n[below](#first-part)\n");

        Assert.DoesNotContain("<script>", topic.Html, StringComparison.Ordinal);
        Assert.Contains("echo &quot;&lt;b&gt;&quot;", topic.Html, StringComparison.Ordinal);
        Assert.Contains("data-copy-from=\"code-1\"", topic.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"/help/trial#first-part\"", topic.Html, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => HelpDocument.Read("trial", "no title"));
    }

    [GeneratedRegex("href=\"/help/(?<topic>[a-z-]+)(#(?<anchor>[^\"]+))?\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex("<code>(?<name>(Dashboard|Database|Node|Browser|Artifacts|Logging|Network|Notifications|Bootstrap|Sample|Deployments|AuthSessions|Recorder|Runs):[A-Za-z0-9]+(:[A-Za-z]+)?)", RegexOptions.ExplicitCapture)]
    private static partial Regex SettingName();
}
