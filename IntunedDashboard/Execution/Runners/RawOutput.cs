namespace IntunedDashboard.Execution.Runners;

/// <summary>Takes the mark that a runner writes at the end of an attempt out of what was printed, wherever reads cut it.</summary>
internal sealed class RawOutput
{
    /// <summary>Nobody prints this by chance; whoever does it on purpose loses only the order of the log's last lines.</summary>
    public static ReadOnlySpan<byte> EndMark => "\u001eend of attempt\u001e\n"u8;

    private byte[] _held = [];

    /// <returns>What was printed, and whether the mark was among it. What may be the mark's beginning is held back.</returns>
    public (byte[] Printed, bool IsEnd) Read(ReadOnlySpan<byte> chunk)
    {
        byte[] all = [.. _held, .. chunk];
        var isEnd = false;
        for (var at = all.AsSpan().IndexOf(EndMark); at >= 0; at = all.AsSpan().IndexOf(EndMark))
        {
            all = [.. all.AsSpan(0, at), .. all.AsSpan(at + EndMark.Length)];
            isEnd = true;
        }

        var held = Math.Min(EndMark.Length - 1, all.Length);
        while (!all.AsSpan().EndsWith(EndMark[..held]))
        {
            held--;
        }

        _held = all[^held..];
        return (all[..^held], isEnd);
    }

    /// <returns>What was held back.</returns>
    public byte[] Rest()
    {
        var rest = _held;
        _held = [];
        return rest;
    }
}
