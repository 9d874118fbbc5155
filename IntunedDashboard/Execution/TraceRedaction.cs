using System.Buffers;
using System.IO.Compression;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

/// <summary>Writes a copy of a Playwright trace that is free of secrets, and looks again before it vouches for it.</summary>
internal static class TraceRedaction
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF];

    /// <returns>Whether the copy is free of every known secret; if not, it has been deleted.</returns>
    public static async Task<bool> CopyAsync(string source, string target, Redactor redactor, CancellationToken cancellationToken)
    {
        redactor = redactor.With(await ReadNetworkSecretsAsync(source, cancellationToken));
        await using (var input = await ZipFile.OpenReadAsync(source, cancellationToken))
        await using (var output = await ZipFile.OpenAsync(target, ZipArchiveMode.Create, cancellationToken))
        {
            foreach (var entry in input.Entries)
            {
                await using var from = await entry.OpenAsync(cancellationToken);
                await using var to = await output.CreateEntry(entry.FullName, CompressionLevel.Fastest).OpenAsync(cancellationToken);
                await PassAsync(from, to, redactor, cancellationToken);
            }
        }

        if (await IsCleanAsync(target, redactor, cancellationToken))
        {
            return true;
        }

        File.Delete(target);
        return false;
    }

    private static async Task<IReadOnlyCollection<string>> ReadNetworkSecretsAsync(string source, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await using var input = await ZipFile.OpenReadAsync(source, cancellationToken);
        foreach (var entry in input.Entries.Where(e => e.FullName.EndsWith(".network", StringComparison.Ordinal)))
        {
            await using var stream = await entry.OpenAsync(cancellationToken);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                LearntSecrets.FromNetworkLine(System.Text.Encoding.UTF8.GetBytes(line), found);
            }
        }

        return found;
    }

    private static async Task<bool> IsCleanAsync(string target, Redactor redactor, CancellationToken cancellationToken)
    {
        await using var archive = await ZipFile.OpenReadAsync(target, cancellationToken);
        foreach (var entry in archive.Entries)
        {
            await using var stream = await entry.OpenAsync(cancellationToken);
            if (await PassAsync(stream, Stream.Null, redactor, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>Whether anything was removed.</returns>
    private static async Task<bool> PassAsync(Stream from, Stream to, Redactor redactor, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var redaction = redactor.OpenStream();
            var output = new ArrayBufferWriter<byte>(buffer.Length);
            var removed = false;
            var isPicture = false;
            for (var isFirst = true; ; isFirst = false)
            {
                var count = await from.ReadAtLeastAsync(buffer, 4, throwOnEndOfStream: false, cancellationToken);
                var piece = buffer.AsMemory(0, count);
                isPicture |= isFirst && (piece.Span.StartsWith(Png) || piece.Span.StartsWith(Jpeg));
                if (isPicture)
                {
                    await to.WriteAsync(piece, cancellationToken);
                }
                else
                {
                    removed |= redaction.Write(piece.Span, output, isLast: count == 0);
                    await to.WriteAsync(output.WrittenMemory, cancellationToken);
                    output.ResetWrittenCount();
                }

                if (count == 0)
                {
                    return removed;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
