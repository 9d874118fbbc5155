using System.Runtime.InteropServices;

namespace IntunedDashboard.Execution.Node;

/// <summary>The Node and playwright-core that the Microsoft.Playwright package carries, and our runner beside them.</summary>
internal sealed class NodeRuntime
{
    private static readonly string[] Inherited =
    [
        "PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "DISPLAY", "XAUTHORITY",
        "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
    ];

    private readonly string _base = AppContext.BaseDirectory;

    public string Executable => Path.Combine(_base, ".playwright", "node", Platform, OperatingSystem.IsWindows() ? "node.exe" : "node");

    public string PlaywrightPackage => Path.Combine(_base, ".playwright", "package");

    public string RunnerScript => Path.Combine(_base, "Runners", "node", "runner.js");

    /// <summary>What a child may know of our own environment, which holds secrets of the platform.</summary>
    public static IEnumerable<KeyValuePair<string, string>> InheritedEnvironment() =>
        from name in Inherited
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
        select KeyValuePair.Create(name, value);

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
