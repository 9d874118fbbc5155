using System.Runtime.InteropServices;

namespace IntunedDashboard.Platform;

/// <summary>The <c>dotnet</c> program of this machine.</summary>
public static class DotnetHost
{
    private static readonly string Name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>The assemblies this process runs on.</summary>
    public static string RuntimeDirectory { get; } = RuntimeEnvironment.GetRuntimeDirectory();

    /// <summary>The one that belongs to the runtime we run on, else the first on the path; null when there is none.</summary>
    public static string? Find() =>
        // shared/Microsoft.NETCore.App/<version>/ lies beside the program.
        Folders().Prepend(Path.GetFullPath(Path.Combine(RuntimeDirectory, "..", "..", "..")))
            .Select(folder => Path.Combine(folder, Name))
            .FirstOrDefault(File.Exists);

    private static string[] Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
}
