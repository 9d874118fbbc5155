using System.ComponentModel;

namespace IntunedDashboard.Projects.Building.Python;

/// <summary>
/// Makes an environment of its own for a deployment and installs the project's dependencies into it: with <c>uv</c> when the machine has
/// it, else with <c>venv</c> and <c>pip</c>. Only packages that are ready to use are taken, so that none of their code runs at deploy.
/// </summary>
public sealed class PythonInstaller(DeploymentOptions options)
{
    private const string RequirementsFile = "requirements.txt";
    private const int MaxReportedLines = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>The environment's interpreter when there is one, and why it is not complete.</returns>
    public async Task<(string? Interpreter, string? Problem)> InstallAsync(
        PythonInspection found, BuildPlace place, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(place.Directory, "python");
        var requirements = Path.Combine(place.Directory, RequirementsFile);
        await File.WriteAllLinesAsync(requirements, found.Dependencies, cancellationToken);
        var hasUv = await RunAsync("uv", ["--version"], place.Directory, Patience, place.Log, cancellationToken) is { ExitCode: 0 };
        var made = await RunAsync(
            hasUv ? "uv" : found.Executable,
            hasUv
                ? ["venv", "--quiet", "--python", found.Executable, "--system-site-packages", directory]
                : ["-m", "venv", "--system-site-packages", "--without-pip", directory],
            place.Directory,
            Patience,
            place.Log,
            cancellationToken);
        var interpreter = OperatingSystem.IsWindows() ? Path.Combine(directory, "Scripts", "python.exe") : Path.Combine(directory, "bin", "python");
        if (made is not { ExitCode: 0 } || !File.Exists(interpreter))
        {
            return (null, $"No environment could be made for the project's dependencies.{Lines(made)}");
        }

        var installed = await RunAsync(
            hasUv ? "uv" : found.Executable,
            hasUv
                ? ["pip", "install", "--quiet", "--python", interpreter, "--only-binary", ":all:", "-r", requirements]
                :
                [
                    "-m", "pip", "--python", interpreter, "install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary=:all:",
                    // Seconds. An index that does not answer should be told soon, not after minutes.
                    "--retries", "1", "--timeout", "10", "-r", requirements,
                ],
            place.Directory,
            options.NpmTimeout,
            place.Log,
            cancellationToken);
        return (interpreter, installed switch
        {
            { TimedOut: true } => $"Installing the project's dependencies took longer than {options.NpmTimeout.TotalMinutes:0} minutes and was stopped.",
            { ExitCode: 0 } => null,
            _ => $"The project's dependencies ({string.Join(", ", found.Dependencies)}) could not be installed when it was deployed.{Lines(installed)}",
        });
    }

    private static async Task<ToolResult?> RunAsync(
        string program, string[] arguments, string directory, TimeSpan patience, BuildLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await ToolProcess.RunAsync(program, arguments, directory, patience, cancellationToken, log.Write);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Lines(ToolResult? result) => result is null
        ? string.Empty
        : "\n" + string.Join('\n', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(MaxReportedLines));
}
