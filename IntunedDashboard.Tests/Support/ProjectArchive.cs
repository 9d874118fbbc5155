using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace IntunedDashboard.Tests.Support;

/// <summary>A project's files in memory, packed the ways people and hostile programs pack them.</summary>
public sealed class ProjectArchive
{
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <summary>A small valid project with one API, without AuthSessions.</summary>
    public static ProjectArchive Minimal() => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0" }""")
        .With("package.json", """{ "name": "minimal" }""")
        .With("api/hello.ts", "export default async function handler(params: { name?: string }) { return `hello ${params.name ?? \"world\"}`; }");

    public ProjectArchive With(string path, string text)
    {
        _files[path] = text;
        return this;
    }

    public ProjectArchive Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    public byte[] Zip() => ZipWith(_ => { });

    /// <summary>As code hosts and file managers pack it: in one folder, with litter beside it.</summary>
    public byte[] ZipIn(string folder, string litter) => Pack(zip =>
    {
        Add(zip, litter, "litter");
        foreach (var (path, text) in _files)
        {
            Add(zip, folder + path, text);
        }
    });

    /// <summary>The project with further entries, written by hand.</summary>
    public byte[] ZipWith(Action<ZipArchive> more) => Pack(zip =>
    {
        foreach (var (path, text) in _files)
        {
            Add(zip, path, text);
        }

        more(zip);
    });

    public byte[] TarGz(string folder = "", CompressionLevel level = CompressionLevel.Fastest, params TarEntry[] more)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, level, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (path, text) in _files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, folder + path)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                });
            }

            foreach (var entry in more)
            {
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Lays the files out in a folder, as the unpacked project.</summary>
    public void WriteTo(string directory)
    {
        foreach (var (path, text) in _files)
        {
            var file = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    public static void Add(ZipArchive zip, string path, string text, int unixMode = 0)
    {
        var entry = zip.CreateEntry(path);
        entry.ExternalAttributes = unixMode << 16;
        using var content = new StreamWriter(entry.Open());
        content.Write(text);
    }

    private static byte[] Pack(Action<ZipArchive> more)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            more(zip);
        }

        return bytes.ToArray();
    }
}
