using System.Text.Json;
using IntunedDashboard.Execution.Runners;

namespace IntunedDashboard.Execution.Python;

/// <summary>What a deployment has written about its Python, below its build as <see cref="FileName"/>.</summary>
/// <param name="Interpreter">The machine's, or the one of the deployment's own environment; null when there was none.</param>
/// <param name="Problem">What was not installed, as a sentence.</param>
public sealed record PythonEnvironment(string? Interpreter, string? Problem)
{
    public const string FileName = ".intuned/python.json";

    public const string Missing =
        "Python automations need Python 3.11 or later on this machine. Install it, so that python3 is on the path, and deploy the project again.";

    public void Write(string build)
    {
        var file = Path.Combine(build, FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
    }

    public static PythonEnvironment Read(string build)
    {
        var file = Path.Combine(build, FileName);
        return File.Exists(file)
            ? JsonSerializer.Deserialize<PythonEnvironment>(File.ReadAllText(file), JsonSerializerOptions.Web)!
            : new PythonEnvironment(null, null);
    }
}

/// <summary>Python: every attempt gets a process of its own, started with the deployment's interpreter.</summary>
internal sealed class PythonRunner : IRunnerLanguage
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Runners", "python", "runner.py");

    public bool Runs(string language) => language == "python";

    public RunnerLaunch Describe(string buildDirectory)
    {
        var interpreter = PythonEnvironment.Read(buildDirectory).Interpreter;
        if (interpreter is null || !File.Exists(interpreter))
        {
            throw new RunnerUnavailableException(PythonEnvironment.Missing);
        }

        return new RunnerLaunch
        {
            Key = $"python {interpreter}",
            Command = [interpreter, "-X", "utf8", Script],
            Environment = new Dictionary<string, string>
            {
                // Where people install for themselves: an attempt's home is another folder.
                ["PYTHONUSERBASE"] = Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".local"),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PYTHONUNBUFFERED"] = "1",
            },
        };
    }
}
