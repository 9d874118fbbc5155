using System.Runtime.InteropServices;

namespace IntunedDashboard.Execution.Node;

/// <summary>The Node and playwright-core that the Microsoft.Playwright package carries.</summary>
internal sealed class NodeRuntime
{
    private readonly string _base = AppContext.BaseDirectory;

    public string Executable => Path.Combine(_base, ".playwright", "node", Platform, OperatingSystem.IsWindows() ? "node.exe" : "node");

    public string PlaywrightPackage => Path.Combine(_base, ".playwright", "package");

    private static string Platform
    {
        get
        {
            var arm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
            return OperatingSystem.IsWindows() ? "win32_x64"
                : OperatingSystem.IsMacOS() ? (arm ? "darwin-arm64" : "darwin-x64")
                : arm ? "linux-arm64" : "linux-x64";
        }
    }
}
