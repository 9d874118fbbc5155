using System.Globalization;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Archives;

/// <summary>What one archive may still become. One per unpacking; not safe for concurrent use.</summary>
internal sealed class UnpackBudget(DeploymentOptions limits, long archiveBytes)
{
    private long _unpacked;

    public void CheckEntries(int count)
    {
        if (count > limits.MaxEntries)
        {
            throw new RequestException(
                RequestFault.TooLarge,
                $"The archive holds more than {limits.MaxEntries.ToString("N0", CultureInfo.InvariantCulture)} files and folders.");
        }
    }

    /// <summary>A stream that charges what is read from it to this budget.</summary>
    public Stream Count(Stream inner) => new CountedStream(inner, this);

    private void Spend(int bytes)
    {
        _unpacked += bytes;
        if (_unpacked > limits.MaxUnpackedBytes)
        {
            throw new RequestException(
                RequestFault.TooLarge, $"The archive unpacks to more than {limits.MaxUnpackedBytes / (1024 * 1024)} MiB.");
        }

        if (_unpacked > limits.RatioFreeBytes && _unpacked / Math.Max(archiveBytes, 1) >= limits.MaxCompressionRatio)
        {
            throw new RequestException(
                RequestFault.TooLarge, $"The archive unpacks to more than {limits.MaxCompressionRatio} times its own size.");
        }
    }

    private sealed class CountedStream(Stream inner, UnpackBudget budget) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            budget.Spend(read);
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            budget.Spend(read);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
