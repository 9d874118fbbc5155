using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Architecture;

public sealed partial class SourceTests
{
    private const int MaxLines = 400;
    private const int MaxPageLines = 250;

    /// <summary>Files that may be longer, each with its reason beside it.</summary>
    private static readonly string[] LongFiles = [];

    [Fact]
    public void Files_stay_short_enough_to_read()
    {
        var tooLong =
            from file in SourceTree.Files(".", ".cs", ".razor", ".ts", ".css")
            where !LongFiles.Contains(file) && !file.Contains("/Migrations/", StringComparison.Ordinal)
            let lines = SourceTree.Lines(file).Length
            let most = file.Contains("/Pages/", StringComparison.Ordinal) ? MaxPageLines : MaxLines
            where lines > most
            select $"{file} has {lines} lines, {most} are allowed";
        Findings.AssertNone(tooLong);
    }

    [Fact]
    public void Exceptions_for_long_files_are_still_needed() =>
        Assert.All(LongFiles, f => Assert.True(SourceTree.Lines(f).Length > MaxPageLines, $"{f} needs no exception any more."));

    [Fact]
    public void Components_never_read_the_wall_clock() =>
        // The analyzer bans it in C# files; this covers markup, which it does not see.
        Findings.AssertNone(SourceTree.Files("IntunedDashboard", ".razor").Where(f => SourceTree.Lines(f).Any(l => WallClock().IsMatch(l))));

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        var drawers = SourceTree.Files(".", ".cs", ".razor", ".ts")
            .SelectMany(f => f.Split('/').Select(part => part.Split('.')[0]))
            .Where(name => DrawerName().IsMatch(name));
        Findings.AssertNone(drawers.Distinct());
    }

    [Fact]
    public void Every_log_message_has_an_id_of_its_own()
    {
        var ids =
            from file in SourceTree.Files("IntunedDashboard", ".cs")
            from Match match in LogMessage().Matches(string.Join('\n', SourceTree.Lines(file)))
            select match.Groups["id"].Value;
        Findings.AssertNone(ids.GroupBy(id => id, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b")]
    private static partial Regex WallClock();

    [GeneratedRegex("^(Common|Helpers?|Utils?|Utilities|Manager|Extensions)$|(Helper|Utils|Manager)$")]
    private static partial Regex DrawerName();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>\d+)")]
    private static partial Regex LogMessage();
}
