using System.IO.Compression;
using System.Text;

namespace IntunedDashboard.Projects.Archives;

/// <summary>Packs a project's folder as an upload. The same content always makes the same bytes.</summary>
public static class FolderPacker
{
    private static readonly DateTimeOffset FixedTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What tools put into a project's folder and a deployment makes anew, or must not see.</summary>
    private static readonly string[] LeftOut = ["node_modules", ".git", ".intuned", ".venv", "__pycache__", ".env"];

    /// <param name="changes">Files with another text than in the folder, or that are not there: path with <c>/</c>, then text.</param>
    public static MemoryStream Pack(string directory, IReadOnlyDictionary<string, string>? changes = null)
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Files(directory).Union(changes?.Keys ?? [], StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                var entry = zip.CreateEntry(file);
                entry.LastWriteTime = FixedTime;
                using var content = entry.Open();
                if (changes?.TryGetValue(file, out var text) == true)
                {
                    content.Write(Encoding.UTF8.GetBytes(text));
                }
                else
                {
                    using var source = File.OpenRead(Path.Combine(directory, file));
                    source.CopyTo(content);
                }
            }
        }

        archive.Position = 0;
        return archive;
    }

    /// <summary>The files that <see cref="Pack"/> takes, with <c>/</c>. Links are not followed.</summary>
    public static IEnumerable<string> Files(string directory)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        var open = new Stack<string>([directory]);
        while (open.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", options))
            {
                if (LeftOut.Contains(entry.Name, StringComparer.Ordinal))
                {
                    continue;
                }

                if (entry is DirectoryInfo)
                {
                    open.Push(entry.FullName);
                }
                else
                {
                    yield return Path.GetRelativePath(directory, entry.FullName).Replace('\\', '/');
                }
            }
        }
    }
}
