using System.Security.Cryptography;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;

namespace IntunedDashboard.Projects;

/// <summary>An upload that was received, unpacked and found to be a project. Disposing deletes what was not taken over.</summary>
public sealed class ReceivedArchive(string directory, DeploymentFiles files) : IDisposable
{
    public required string Language { get; init; }

    /// <summary>SHA-256 of the upload, hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Moves archive and source to where the deployment keeps them.</summary>
    public void MoveTo(string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Directory.Move(directory, target);
    }

    public void Dispose() => files.Delete(directory);
}

/// <summary>Receives uploads. Whatever is refused leaves nothing behind.</summary>
public sealed class ArchiveIntake(DeploymentFiles files, DeploymentOptions options)
{
    private const string UnpackedName = "unpacked";

    /// <exception cref="RequestException">The upload is too large, broken, hostile or no project.</exception>
    public async Task<ReceivedArchive> ReceiveAsync(Stream upload, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(files.Incoming, Guid.NewGuid().ToString("N"));
        var unpacked = Path.Combine(directory, UnpackedName);
        var received = false;
        try
        {
            Directory.CreateDirectory(unpacked);
            var archive = Path.Combine(directory, DeploymentFiles.ArchiveName);
            var hash = await SaveAsync(upload, archive, cancellationToken);
            await ArchiveUnpacker.UnpackAsync(archive, unpacked, options, cancellationToken);
            var (root, _, language) = ProjectRoot.Find(unpacked);
            Directory.Move(root, Path.Combine(directory, DeploymentFiles.SourceName));
            files.Delete(unpacked);
            received = true;
            return new ReceivedArchive(directory, files) { Language = language, ContentHash = hash };
        }
        finally
        {
            if (!received)
            {
                files.Delete(directory);
            }
        }
    }

    private async Task<string> SaveAsync(Stream upload, string archive, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(archive, FileMode.CreateNew, FileAccess.Write, FileShare.None, 81920, useAsync: true);
        var buffer = new byte[81920];
        var total = 0L;
        while (await upload.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            total += read;
            if (total > options.MaxUploadBytes)
            {
                throw TooLarge(options);
            }

            sha.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    public static RequestException TooLarge(DeploymentOptions options) => new(
        RequestFault.TooLarge, $"The archive is larger than {options.MaxUploadBytes / (1024.0 * 1024):0.#} MiB.");
}
