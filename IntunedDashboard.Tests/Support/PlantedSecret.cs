using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntunedDashboard.Tests.Support;

/// <summary>Looks for a secret where it must not be.</summary>
public static class PlantedSecret
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The ways in which a value is written down.</summary>
    public static IReadOnlyList<string> Forms(string secret) =>
    [
        .. new[]
        {
            secret,
            JsonSerializer.Serialize(secret)[1..^1],
            JsonSerializer.Serialize(secret, Relaxed)[1..^1],
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            WebUtility.HtmlEncode(secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
        }.Distinct(),
    ];

    /// <returns>The files that hold one of the texts in UTF-8, databases and files in use included; entries of archives are named.</returns>
    public static IEnumerable<string> FilesHolding(string folder, params IEnumerable<string> texts)
    {
        var needles = texts.Select(text => (Text: text, Bytes: Encoding.UTF8.GetBytes(text))).ToList();
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
            var bytes = content.ToArray();
            foreach (var found in Holding(file, bytes, needles))
            {
                yield return found;
            }

            if (bytes.AsSpan().StartsWith("PK"u8))
            {
                foreach (var found in EntriesOf(bytes).SelectMany(entry => Holding($"{file}:{entry.Name}", entry.Content, needles)))
                {
                    yield return found;
                }
            }
        }
    }

    /// <summary>Everything in an archive as one text, read as UTF-8 and byte by byte.</summary>
    public static string ReadZip(byte[] zip)
    {
        var text = new StringBuilder();
        foreach (var (name, content) in EntriesOf(zip))
        {
            text.AppendLine(name).Append(Encoding.Latin1.GetString(content)).Append(Encoding.UTF8.GetString(content));
        }

        return text.ToString();
    }

    private static IEnumerable<string> Holding(string name, byte[] content, List<(string Text, byte[] Bytes)> needles) =>
        needles.Where(needle => content.AsSpan().IndexOf(needle.Bytes) >= 0).Select(needle => $"{name} holds {needle.Text}");

    private static List<(string Name, byte[] Content)> EntriesOf(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.Select(entry =>
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return (entry.FullName, content.ToArray());
        }).ToList();
    }
}
