using System.ComponentModel;
using System.Text.Json;

namespace IntunedDashboard.Projects.Building;

/// <summary>Installs a project's own dependencies with the machine's npm. Scripts of packages are not run.</summary>
public sealed class NpmInstaller(DeploymentOptions options)
{
    private const string LockFile = "package-lock.json";
    private const string Code = "npm-install-failed";
    private const int MaxReportedLines = 20;

    private static readonly string[] Arguments =
    [
        "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--prefer-offline", "--loglevel=error",
        // Milliseconds. A registry that does not answer should be told within half a minute, not minutes.
        "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000",
    ];

    /// <param name="directory">The parent of the project's source and build folders, so that both find what is installed in it.</param>
    /// <returns>The folder of modules, or null when it failed; the diagnostics then say why.</returns>
    public async Task<string?> InstallAsync(
        string source,
        string directory,
        IReadOnlyDictionary<string, string> dependencies,
        ICollection<Diagnostic> diagnostics,
        CancellationToken cancellationToken)
    {
        var names = string.Join(", ", dependencies.Keys);
        if (FindNpm() is not { } npm)
        {
            Fault($"The project depends on {names}, and npm, which installs packages, is not on this machine. Install Node.js with npm.");
            return null;
        }

        await File.WriteAllTextAsync(
            Path.Combine(directory, "package.json"), JsonSerializer.Serialize(new { @private = true, dependencies }), cancellationToken);
        if (File.Exists(Path.Combine(source, LockFile)))
        {
            File.Copy(Path.Combine(source, LockFile), Path.Combine(directory, LockFile), overwrite: true);
        }

        try
        {
            var result = await ToolProcess.RunAsync(npm, Arguments, directory, options.NpmTimeout, cancellationToken);
            if (result is { TimedOut: false, ExitCode: 0 })
            {
                return Path.Combine(directory, "node_modules");
            }

            Fault(result.TimedOut
                ? $"Installing {names} took longer than {options.NpmTimeout.TotalMinutes:0} minutes and was stopped."
                : $"npm could not install {names}.\n{LastLines(result.Output)}");
        }
        catch (Win32Exception)
        {
            Fault($"The project depends on {names}, but npm does not start on this machine.");
        }

        return null;

        void Fault(string message) => diagnostics.Add(new Diagnostic("package.json", 0, 0, DiagnosticSeverity.Error, Code, message));
    }

    private static string? FindNpm()
    {
        string[] names = OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"];
        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    private static string LastLines(string output)
    {
        // npm names its own log file, which nobody but the machine's owner can read.
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("_logs", StringComparison.Ordinal) && !line.Contains("complete log of this run", StringComparison.Ordinal))
            .ToArray();
        return string.Join('\n', lines.TakeLast(MaxReportedLines));
    }
}
