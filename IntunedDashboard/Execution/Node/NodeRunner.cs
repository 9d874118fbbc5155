using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Execution.Runners;

namespace IntunedDashboard.Execution.Node;

/// <summary>TypeScript and JavaScript: one kind of process serves every deployment.</summary>
internal sealed class NodeRunner(NodeRuntime runtime, EngineWorkspace workspace, EngineLimits limits) : IRunnerLanguage
{
    public bool Runs(string language) => language is "typescript" or "javascript";

    public RunnerLaunch Describe(string buildDirectory) => Launch;

    /// <summary>Known before there is a deployment, so that processes can be kept ready from the start.</summary>
    public RunnerLaunch Launch { get; } = new()
    {
        Key = "node",
        Command =
        [
            runtime.Executable, "--enable-source-maps", "--disable-warning=ExperimentalWarning", "--no-deprecation",
            $"--max-old-space-size={limits.RunnerMemoryMegabytes}", Path.Combine(AppContext.BaseDirectory, "Runners", "node", "runner.js"),
            $"--playwright={runtime.PlaywrightPackage}",
        ],
        Environment = new Dictionary<string, string>
        {
            ["NODE_COMPILE_CACHE"] = workspace.CompileCache,
            ["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] = "1",
        },
    };
}
