using System.ComponentModel;
using System.Text.Json;

namespace IntunedDashboard.Projects.Building.Python;

/// <summary>What an interpreter found in a project by reading it; none of the project's code is run.</summary>
public sealed record PythonInspection
{
    /// <summary>Preferred first: published projects are written for 3.12.</summary>
    private static readonly string[] Names =
        OperatingSystem.IsWindows() ? ["python", "python3"] : ["python3.12", "python3", "python3.13", "python3.14", "python3.11", "python"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public required string Executable { get; init; }

    /// <summary>Major, minor, patch.</summary>
    public required IReadOnlyList<int> Version { get; init; }

    /// <summary>What must be installed, in pip's notation.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public bool HasPlaywright { get; init; }

    public sealed record Finding(string File, int Line, int Column, string Severity, string Code, string Message);

    /// <returns>Null when this machine has no Python of version 3.11 or later.</returns>
    public static async Task<PythonInspection?> MakeAsync(string source, CancellationToken cancellationToken)
    {
        foreach (var name in Names)
        {
            if (await TryAsync(name, source, cancellationToken) is { } found && (found.Version[0], found.Version[1]).CompareTo((3, 11)) >= 0)
            {
                return found;
            }
        }

        return null;
    }

    private static async Task<PythonInspection?> TryAsync(string name, string source, CancellationToken cancellationToken)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Runners", "python", "inspect_project.py");
        try
        {
            var result = await ToolProcess.RunAsync(name, ["-X", "utf8", script, source], source, Patience, cancellationToken);
            var line = result.Output.Split('\n').LastOrDefault(l => l.StartsWith('{'));
            return result.ExitCode == 0 && line is not null ? JsonSerializer.Deserialize<PythonInspection>(line, JsonSerializerOptions.Web) : null;
        }
        catch (Exception e) when (e is Win32Exception or JsonException)
        {
            return null;
        }
    }
}
