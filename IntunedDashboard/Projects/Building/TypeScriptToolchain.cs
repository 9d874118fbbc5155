using System.Runtime.InteropServices;

namespace IntunedDashboard.Projects.Building;

/// <summary>Where the compiler, Node and the typings lie that come with the application.</summary>
public static class TypeScriptToolchain
{
    private static readonly string Base = AppContext.BaseDirectory;

    public static string Compiler { get; } = Path.Combine(Base, "tsc", OperatingSystem.IsWindows() ? "tsc.exe" : "tsc");

    /// <summary>Node as carried by the Playwright package.</summary>
    public static string Node { get; } = Path.Combine(
        Base, ".playwright", "node", NodePlatform, OperatingSystem.IsWindows() ? "node.exe" : "node");

    /// <summary>Small typings of Node itself, for projects that do not bring <c>@types/node</c>.</summary>
    public static string NodeTypings { get; } = Path.Combine(Base, "Runners", "node", "types", "node.d.ts");

    /// <summary>Modules that resolve to what the application carries, by the tsconfig <c>paths</c> that say so.</summary>
    public static IReadOnlyDictionary<string, string[]> Paths { get; } = new Dictionary<string, string[]>
    {
        ["playwright"] = [Path.Combine(Base, ".playwright", "package", "index.d.ts")],
        ["playwright-core"] = [Path.Combine(Base, ".playwright", "package", "index.d.ts")],
        ["@intuned/*"] = [Path.Combine(Base, "Runners", "node", "modules", "@intuned", "*")],
    };

    /// <summary>Packages nobody has to install.</summary>
    public static bool IsCarried(string package) => package is "playwright" or "playwright-core" or "@intuned/runtime" or "@intuned/browser";

    private static string NodePlatform
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return "win32_x64";
            }

            var arm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
            return $"{(OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{(arm ? "arm64" : "x64")}";
        }
    }
}
