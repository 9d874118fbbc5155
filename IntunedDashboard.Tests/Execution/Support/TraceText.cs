using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>Looks into a trace without the viewer.</summary>
public static class TraceText
{
    /// <summary>All entries, each byte one character.</summary>
    public static string Of(byte[] trace)
    {
        using var archive = new ZipArchive(new MemoryStream(trace));
        var text = new StringBuilder();
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(entry.Open(), Encoding.Latin1);
            text.Append(entry.FullName).Append('\n').Append(reader.ReadToEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The lines the viewer parses.</summary>
    public static IEnumerable<(string Entry, string Line)> Lines(byte[] trace)
    {
        using var archive = new ZipArchive(new MemoryStream(trace));
        foreach (var entry in archive.Entries.Where(e => e.FullName.EndsWith(".trace", StringComparison.Ordinal) || e.FullName.EndsWith(".network", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(entry.Open());
            while (reader.ReadLine() is { } line)
            {
                yield return (entry.FullName, line);
            }
        }
    }

    public static bool IsJson(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
