using System.Globalization;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Building;

/// <summary>Turns what <c>tsc --pretty false</c> prints into diagnostics.</summary>
public static partial class CompilerOutput
{
    private const int MaxDiagnostics = 500;

    /// <summary>Node's modules are carried without types; using one of their types says so with this code, which helps nobody.</summary>
    private const string UntypedModule = "TS2709";

    /// <param name="output">Printed with the project's folder as the working directory, so that paths are relative to it.</param>
    public static IReadOnlyList<Diagnostic> Parse(string output)
    {
        var diagnostics = new List<Diagnostic>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (diagnostics.Count == MaxDiagnostics)
            {
                break;
            }

            if (Located().Match(line) is { Success: true } located)
            {
                diagnostics.Add(Make(located, located.Groups["file"].Value, Number(located, "line"), Number(located, "column")));
            }
            else if (Global().Match(line) is { Success: true } global)
            {
                diagnostics.Add(Make(global, string.Empty, 0, 0));
            }
            else if (line.StartsWith(' ') && diagnostics.Count > 0)
            {
                diagnostics[^1] = diagnostics[^1] with { Message = diagnostics[^1].Message + "\n" + line.TrimEnd() };
            }
        }

        return diagnostics
            .Where(d => d.Code != UntypedModule && !Path.IsPathRooted(d.File) && !d.File.StartsWith("..", StringComparison.Ordinal))
            .ToArray();
    }

    private static Diagnostic Make(Match match, string file, int line, int column)
    {
        var severity = match.Groups["severity"].Value == "warning" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error;
        return new Diagnostic(file, line, column, severity, match.Groups["code"].Value, match.Groups["message"].Value.TrimEnd());
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<file>.+?)\((?<line>\d+),(?<column>\d+)\): (?<severity>error|warning) (?<code>TS\d+): (?<message>.*)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Located();

    [GeneratedRegex(@"^(?<severity>error|warning) (?<code>TS\d+): (?<message>.*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Global();
}
