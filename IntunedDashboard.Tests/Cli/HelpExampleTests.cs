using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Architecture;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

/// <summary>What the help prints is true: every example of the REST page runs, and the reference is the program's own.</summary>
[Collection(CliGroup.Name)]
public sealed partial class HelpExampleTests(CliHost host)
{
    [Fact]
    public async Task Every_example_of_the_rest_page_runs_as_printed_and_every_call_has_one()
    {
        var tool = host.Tool();
        CopySample(Path.Combine(tool.Directory, "sample-hr"));

        host.Flow.Asked.Forget();
        var result = await tool.RunScriptAsync(string.Join('\n', Examples("04-rest.md")));

        var output = result.Succeeded().Output;
        Assert.Equal(4, Occurrences(output, "\"status\":\"done\",\"authSessionId\":\"demo-user\""));
        Assert.Contains("\"status\":\"completed\",\"result\":{\"ok\":true}", output, StringComparison.Ordinal);
        Assert.Contains("\"message\":\"api/list-employees runs\"", output, StringComparison.Ordinal);
        Assert.Contains("\"role\":\"Operator\"", output, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"SUCCESS\"", output, StringComparison.Ordinal);
        Assert.Contains("No trace was kept.", output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(tool.Directory, "source.tar.gz")).Length > 0);
        Findings.AssertNone(host.Flow.App.Rest().Where(a => !host.Flow.Asked.Contains(a)).Select(a => $"04-rest.md has no example of {a}"));
    }

    [Fact]
    public async Task The_reference_of_the_command_line_is_what_the_program_prints()
    {
        var printed = (await host.Tool().RunAsync("reference")).Succeeded().Output;

        var page = Page("05-command-line.md");
        var reference = page[page.IndexOf("### intuned dev\n", StringComparison.Ordinal)..];
        Assert.True(
            printed.TrimEnd() == reference.TrimEnd(),
            "wwwroot-assets/help/05-command-line.md differs from `intuned reference`; replace what follows \"## All commands\" by its output.");
    }

    private static string Page(string file) => File.ReadAllText(Path.Combine(SourceTree.Root, "wwwroot-assets", "help", file));

    private static IEnumerable<string> Examples(string file) => BashBlock().Matches(Page(file)).Select(match => match.Groups["script"].Value);

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private static void CopySample(string folder)
    {
        var source = Path.Combine(SourceTree.Root, "samples", "sample-hr");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex("^```bash\n(?<script>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex BashBlock();
}
