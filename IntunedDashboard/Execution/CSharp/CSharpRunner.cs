using IntunedDashboard.Execution.Runners;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.CSharp;

/// <summary>C#: one kind of process serves every deployment; the project's assembly is loaded for one attempt.</summary>
internal sealed class CSharpRunner(EngineLimits limits) : IRunnerLanguage
{
    private readonly Lazy<RunnerLaunch> _launch = new(() => Create(limits));

    public bool Runs(string language) => language == "csharp";

    public RunnerLaunch Describe(string buildDirectory) => _launch.Value;

    private static RunnerLaunch Create(EngineLimits limits) => new()
    {
        Key = "csharp",
        Command =
        [
            DotnetHost.Find() ?? throw new RunnerUnavailableException(
                "C# automations need the .NET 10 runtime on this machine: install it, so that the program dotnet is on the path."),
            "exec", Path.Combine(AppContext.BaseDirectory, "Runners", "csharp", "Intuned.Runtime.dll"),
        ],
        Environment = new Dictionary<string, string>
        {
            ["PLAYWRIGHT_DRIVER_SEARCH_PATH"] = AppContext.BaseDirectory,
            ["DOTNET_GCHeapHardLimit"] = $"0x{(long)limits.RunnerMemoryMegabytes * 1024 * 1024:X}",
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_NOLOGO"] = "1",
        },
    };
}
