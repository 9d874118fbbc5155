using System.Buffers;
using System.Text;

namespace IntunedDashboard.Platform;

/// <summary>One pass of a <see cref="Redactor"/> over data that arrives in pieces. What may be the beginning of a secret is held back
/// until the next piece. Not safe for concurrent use.</summary>
public sealed class RedactionStream
{
    private const int ContextBytes = 16;

    private static readonly byte[] MaskBytes = Encoding.UTF8.GetBytes(Redactor.Mask);

    private SecretMatcher _matcher;
    private byte[] _held = [];

    /// <summary>How many of the held bytes are already written and only kept to see what precedes a match.</summary>
    private int _written;

    internal RedactionStream(SecretMatcher matcher) => _matcher = matcher;

    /// <summary>Looks for more secrets from now on, also in what is held back.</summary>
    public void Learn(Redactor more) => _matcher = more.Matcher;

    /// <returns>Whether anything was removed.</returns>
    public bool Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output, bool isLast)
    {
        var data = _held.Length == 0 ? piece : [.. _held, .. piece];
        var position = _written;
        var removed = false;
        while (true)
        {
            var match = _matcher.FindNext(data, position, data.Length, isLast);
            if (match.Start < 0 || match.IsPartial)
            {
                var end = match.Start < 0 ? data.Length : match.Start;
                output.Write(data[position..end]);
                Hold(data, end, isLast);
                return removed;
            }

            var until = Extend(data, match, isLast, out var undecided);
            if (undecided)
            {
                output.Write(data[position..match.Start]);
                Hold(data, match.Start, isLast);
                return removed;
            }

            output.Write(data[position..match.Start]);
            WriteMask(data, match, until, output);
            position = until;
            removed = true;
        }
    }

    /// <summary>Secrets that overlap are removed together, or the rest of the second one would stay.</summary>
    private int Extend(ReadOnlySpan<byte> data, SecretMatch match, bool isLast, out bool undecided)
    {
        undecided = false;
        var until = match.Start + match.Length;
        for (var from = match.Start + 1; from < until;)
        {
            var next = _matcher.FindNext(data, from, until, isLast);
            if (next.Start < 0)
            {
                break;
            }

            undecided |= next.IsPartial;
            until = Math.Max(until, next.Start + next.Length);
            from = next.Start + 1;
        }

        return until;
    }

    /// <summary>A number that stands alone in JSON becomes a string, so that the JSON stays readable.</summary>
    private static void WriteMask(ReadOnlySpan<byte> data, SecretMatch match, int until, IBufferWriter<byte> output)
    {
        var before = data[..match.Start].TrimEnd(" \t\r\n"u8);
        var after = data[until..].TrimStart(" \t\r\n"u8);
        var isBare = match.IsNumber && before.Length > 0 && before[^1] is (byte)':' or (byte)',' or (byte)'['
            && after.Length > 0 && after[0] is (byte)',' or (byte)'}' or (byte)']';
        if (isBare)
        {
            output.Write("\""u8);
        }

        output.Write(MaskBytes);
        if (isBare)
        {
            output.Write("\""u8);
        }
    }

    private void Hold(ReadOnlySpan<byte> data, int from, bool isLast)
    {
        if (isLast)
        {
            _held = [];
            _written = 0;
            return;
        }

        var start = Math.Max(0, from - ContextBytes);
        _held = data[start..].ToArray();
        _written = from - start;
    }
}
