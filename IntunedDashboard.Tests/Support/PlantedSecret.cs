using System.Text;

namespace IntunedDashboard.Tests.Support;

/// <summary>Looks for a secret where it must not be.</summary>
public static class PlantedSecret
{
    /// <returns>The files that hold the text in UTF-8, databases and files in use included.</returns>
    public static IEnumerable<string> FilesHolding(string folder, string text)
    {
        var needle = Encoding.UTF8.GetBytes(text);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // The lock of the data directory is the one file that nobody else may open, and it is empty.
            if (Path.GetFileName(file) == "lock" && new FileInfo(file).Length == 0)
            {
                continue;
            }

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            if (content.ToArray().AsSpan().IndexOf(needle) >= 0)
            {
                yield return file;
            }
        }
    }
}
