using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Architecture;

/// <summary>
/// Imports go one way: <c>Platform, then Data, Live, Execution, then Identity, Http, Ui, then Nodes, Projects, AuthSessions, Runs, Sinks, Jobs,
/// Notifications, then Startup</c>. Pages are a layer of their own above all slices.
/// </summary>
public sealed partial class ImportTests
{
    private const string Pages = "Pages";

    /// <summary>What each folder may import. A folder that is missing here fails the test.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Platform"] = [],
        ["Live"] = ["Platform"],
        ["Execution"] = ["Platform"],
        ["Data"] = ["Platform"],
        ["Identity"] = ["Platform", "Data", "Live"],
        ["Http"] = ["Platform", "Data", "Live", "Identity"],
        ["Ui"] = ["Platform", "Live", "Execution", "Identity"],
        ["Nodes"] = ["Platform", "Data", "Live", "Execution", "Identity"],
        ["Projects"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes"],
        ["AuthSessions"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects"],
        ["Runs"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects", "AuthSessions"],
        ["Sinks"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects", "AuthSessions", "Runs"],
        ["Jobs"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects", "AuthSessions", "Runs", "Sinks"],
        ["Notifications"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects", "AuthSessions", "Runs", "Sinks", "Jobs"],
        [Pages] = ["Platform", "Live", "Execution", "Identity", "Ui", "Nodes", "Projects", "AuthSessions", "Runs", "Sinks", "Jobs", "Notifications"],
        ["Startup"] = ["Platform", "Data", "Live", "Execution", "Identity", "Http", "Ui", "Nodes", "Projects", "AuthSessions", "Runs", "Sinks", "Jobs", "Notifications"],
    };

    /// <summary>The model extends the framework's user model, so its context must name our user.</summary>
    private static readonly (string File, string Import)[] Exceptions = [("IntunedDashboard/Data/AppDbContext.cs", "Identity")];

    [Fact]
    public void Folders_import_only_what_lies_below_them()
    {
        var wrong =
            from file in SourceTree.Files("IntunedDashboard", ".cs", ".razor")
            let layer = LayerOf(file)
            // Migrations are generated and name every entity.
            where layer is not null && !file.Contains("/Migrations/", StringComparison.Ordinal)
            from import in ImportsOf(file)
            where import != layer && import != OwnFolder(file) && !Allowed[layer].Contains(import) && !Exceptions.Contains((file, import))
            select $"{file} ({layer}) imports {import}";
        Findings.AssertNone(wrong.Distinct());
    }

    [Fact]
    public void The_engine_knows_neither_database_nor_web()
    {
        var users = UsersOf(@"Microsoft\.(EntityFrameworkCore|AspNetCore|Data\.Sqlite)");
        Findings.AssertNone(users.Where(f => f.StartsWith("IntunedDashboard/Execution/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Playwright_stays_in_the_engine() =>
        Findings.AssertNone(UsersOf(@"Microsoft\.Playwright").Where(f => !f.StartsWith("IntunedDashboard/Execution/", StringComparison.Ordinal)));

    [Fact]
    public void The_scheduler_stays_in_its_folder_and_in_jobs() =>
        Findings.AssertNone(UsersOf("Quartz").Where(f =>
            !f.StartsWith("IntunedDashboard/Runs/Scheduling/", StringComparison.Ordinal)
            && !f.StartsWith("IntunedDashboard/Jobs/", StringComparison.Ordinal)));

    [Fact]
    public void Component_library_types_stay_in_components() =>
        // UiModule registers the library's services.
        Findings.AssertNone(UsersOf("Radzen").Where(f =>
            !f.EndsWith(".razor", StringComparison.Ordinal)
            && !f.EndsWith(".razor.cs", StringComparison.Ordinal)
            && f != "IntunedDashboard/Ui/UiModule.cs"));

    [Fact]
    public void Pages_do_not_reach_around_queries_and_commands()
    {
        var wrong = SourceTree.Files("IntunedDashboard", ".cs", ".razor")
            .Where(f => LayerOf(f) == Pages || LayerOf(f) == "Ui")
            .Where(f => SourceTree.Lines(f).Any(l => DirectAccess().IsMatch(l)));
        Findings.AssertNone(wrong);
    }

    /// <returns>Null for files above all layers: the program and what all components import.</returns>
    private static string? LayerOf(string file)
    {
        var parts = file.Split('/');
        return parts switch
        {
            [_, "Program.cs" or "_Imports.razor"] => null,
            // The frame shows all slices: it is composed like a page.
            [_, "Ui", "Layout", ..] or [_, "Ui", "App.razor" or "Routes.razor"] => Pages,
            [_, _, .., Pages, _] => Pages,
            [_, var folder, .., _] when Allowed.ContainsKey(folder) => folder,
            _ => throw new InvalidOperationException($"{file} lies in a folder without a layer."),
        };
    }

    /// <summary>A slice's page may use whatever its own slice has, apart from data access.</summary>
    private static string OwnFolder(string file) => file.Split('/')[1];

    private static IEnumerable<string> ImportsOf(string file) =>
        from line in SourceTree.Lines(file)
        from Match match in OwnNamespace().Matches(line)
        where !line.TrimStart().StartsWith("namespace ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("///", StringComparison.Ordinal)
        let folder = match.Groups["folder"].Value
        where Allowed.ContainsKey(folder)
        select folder;

    private static IEnumerable<string> UsersOf(string library) =>
        SourceTree.Files("IntunedDashboard", ".cs", ".razor")
            .Where(f => !f.EndsWith("IntunedDashboard/_Imports.razor", StringComparison.Ordinal))
            .Where(f => SourceTree.Lines(f).Any(l => Regex.IsMatch(l, $@"^\s*@?(global )?using (static )?{library}\b|\b{library}\.[A-Z]\w*\b(?!"")")
                && !l.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && !l.Contains('"', StringComparison.Ordinal)));

    /// <summary>Also a name such as <c>Runs.Run</c>, which needs no import inside our own namespace.</summary>
    [GeneratedRegex(@"\bIntunedDashboard\.(?<folder>[A-Z][A-Za-z]+)\b|(?<![\w./""'-])(?<folder>[A-Z][A-Za-z]+)(?=\.[A-Z])")]
    private static partial Regex OwnNamespace();

    [GeneratedRegex(@"\bAppDbContext\b|\bIDbContextFactory\b|\bHttpClient\b")]
    private static partial Regex DirectAccess();
}
