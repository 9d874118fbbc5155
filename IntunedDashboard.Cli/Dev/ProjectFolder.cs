using System.IO.Compression;

namespace IntunedDashboard.Cli.Dev;

/// <summary>A project's folder, and what of it goes to the server.</summary>
internal static class ProjectFolder
{
    /// <summary>What is made anew from the rest, belongs to one machine, or is secret. Also the first <c>.gitignore</c> of a project.</summary>
    public static IReadOnlyList<string> LeftOut { get; } =
    [
        "node_modules/", ".venv/", "__pycache__/", ".git/", ".intuned/", ".intuned-agent/", "auth-sessions-instances/", "traces/",
        ".env", ".env.*", ".DS_Store",
    ];

    private static readonly string[] BuildFolders = ["bin", "obj"];

    /// <returns>Paths below the folder with forward slashes, in a fixed order.</returns>
    public static IReadOnlyList<string> Files(string folder)
    {
        var files = new List<string>();
        Collect(new DirectoryInfo(folder), string.Empty, files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <returns>A zip at its beginning; the file behind it vanishes with the stream.</returns>
    public static async Task<Stream> PackAsync(string folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var archive = new FileStream(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 81920, FileOptions.DeleteOnClose);
        await using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                await zip.CreateEntryFromFileAsync(Path.Combine(folder, file), file, cancellationToken);
            }
        }

        archive.Position = 0;
        return archive;
    }

    private static void Collect(DirectoryInfo folder, string prefix, List<string> files)
    {
        var entries = folder.GetFileSystemInfos();
        var isDotNet = entries.Any(e => e.Extension == ".csproj");
        foreach (var entry in entries)
        {
            var path = prefix + entry.Name;
            if (entry is DirectoryInfo directory)
            {
                // A link could lead out of the project, or in a circle.
                if (directory.LinkTarget is null && !IsLeftOut(entry.Name + "/") && !(isDotNet && BuildFolders.Contains(entry.Name, StringComparer.Ordinal)))
                {
                    Collect(directory, path + "/", files);
                }
            }
            else if (!IsLeftOut(entry.Name))
            {
                files.Add(path);
            }
        }
    }

    private static bool IsLeftOut(string name) => name != ".env.example" && LeftOut.Any(pattern => pattern.EndsWith(".*", StringComparison.Ordinal)
        ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : name == pattern);
}
