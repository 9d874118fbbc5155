using System.Diagnostics.CodeAnalysis;

namespace IntunedDashboard.Tests.Support;

/// <summary>A test that needs npm; without it the test is shown as skipped.</summary>
[SuppressMessage("Design", "CA1019:Define accessors for attribute arguments", Justification = "It has none.")]
public sealed class NpmFactAttribute : FactAttribute
{
    public NpmFactAttribute()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm")));
        if (!found)
        {
            Skip = "npm is not on this machine.";
        }
    }
}
