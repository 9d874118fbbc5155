using System.Formats.Tar;
using System.IO.Compression;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Archives;

/// <summary>
/// Unpacks a zip or tar.gz that nobody has to trust: every path stays below the target, only plain files and folders are made, and
/// sizes are counted while they are written, because what an archive claims about itself proves nothing.
/// </summary>
public static class ArchiveUnpacker
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixFolder = 0x4000;
    private const int UnixFile = 0x8000;

    /// <param name="target">An empty folder. After a refusal it may hold a part; the caller deletes it.</param>
    /// <exception cref="RequestException">The archive is broken, hostile or too large; the message says what is wrong.</exception>
    public static async Task UnpackAsync(string archive, string target, DeploymentOptions limits, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, 81920, useAsync: true);
        var budget = new UnpackBudget(limits, file.Length);
        var plan = new ArchivePlan(budget);
        try
        {
            switch (await ReadKindAsync(file, cancellationToken))
            {
                case ArchiveKind.Zip:
                    await UnpackZipAsync(file, target, plan, budget, cancellationToken);
                    break;
                case ArchiveKind.GZip:
                    await UnpackTarAsync(file, target, plan, budget, cancellationToken);
                    break;
                default:
                    throw Refuse("The upload is neither a zip nor a tar.gz archive.");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException
            or ArgumentException or OverflowException or NotSupportedException)
        {
            throw Refuse("The archive is broken or incomplete and cannot be read.");
        }
    }

    internal static RequestException Refuse(string message) => new(RequestFault.Invalid, message);

    private enum ArchiveKind
    {
        Unknown,
        Zip,
        GZip,
    }

    private static async Task<ArchiveKind> ReadKindAsync(FileStream file, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return start.AsSpan(0, read) switch
        {
            [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6] => ArchiveKind.Zip,
            [0x1F, 0x8B, ..] => ArchiveKind.GZip,
            _ => ArchiveKind.Unknown,
        };
    }

    private static async Task UnpackZipAsync(
        FileStream file, string target, ArchivePlan plan, UnpackBudget budget, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        budget.CheckEntries(zip.Entries.Count);
        // A zip tells all names at once, so a hostile one is refused before anything is written.
        var files = new List<(string Path, ZipArchiveEntry Entry)>(zip.Entries.Count);
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
            if (type is not (0 or UnixFile or UnixFolder))
            {
                throw Refuse($"{ArchivePath.Show(name)} is a link or a device; only files and folders are accepted.");
            }

            if (entry.IsEncrypted)
            {
                throw Refuse($"{ArchivePath.Show(name)} is encrypted.");
            }

            if (type == UnixFolder || name.EndsWith('/'))
            {
                plan.AddFolder(name);
            }
            else
            {
                files.Add((plan.AddFile(name), entry));
            }
        }

        foreach (var (path, entry) in files)
        {
            await using var content = await entry.OpenAsync(cancellationToken);
            await WriteAsync(target, path, budget.Count(content), cancellationToken);
        }
    }

    private static async Task UnpackTarAsync(
        FileStream file, string target, ArchivePlan plan, UnpackBudget budget, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        // Counted below the reader, so that headers and padding cannot be used to blow it up either.
        await using var counted = budget.Count(gzip);
        await using var tar = new TarReader(counted, leaveOpen: true);
        var entries = 0;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            budget.CheckEntries(++entries);
            switch (entry.EntryType)
            {
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                case TarEntryType.Directory:
                    plan.AddFolder(entry.Name);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    await WriteAsync(target, plan.AddFile(entry.Name), entry.DataStream ?? Stream.Null, cancellationToken);
                    break;
                default:
                    throw Refuse($"{ArchivePath.Show(entry.Name)} is a link or a device; only files and folders are accepted.");
            }
        }

        if (entries == 0)
        {
            throw Refuse("The upload is a gzip file, but there is no tar archive with files in it.");
        }

        // A cut-off upload shows only at the very end of the compressed data.
        await counted.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static async Task WriteAsync(string target, string path, Stream content, CancellationToken cancellationToken)
    {
        var full = Path.Combine(target, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await using var file = new FileStream(full, FileMode.CreateNew, FileAccess.Write);
        await content.CopyToAsync(file, cancellationToken);
    }
}
