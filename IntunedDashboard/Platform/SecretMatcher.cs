using System.Buffers;
using System.Text;

namespace IntunedDashboard.Platform;

internal enum Boundary
{
    None,

    /// <summary>Not inside a longer word.</summary>
    Word,

    /// <summary>Not inside a longer number.</summary>
    Number,
}

internal sealed record Needle(string Text, Boundary Boundary);

/// <summary>Where a secret is. <see cref="IsPartial"/>: the data ends before it could be decided.</summary>
internal readonly record struct SecretMatch(int Start, int Length, bool IsPartial, bool IsNumber)
{
    public static SecretMatch None { get; } = new(-1, 0, false, false);
}

/// <summary>
/// Compares character by character, reading each place of the data in every way it may be escaped, so that no list of encoded forms
/// has to be complete.
/// </summary>
internal sealed class SecretMatcher
{
    private readonly Candidate[]?[] _byFirstByte = new Candidate[]?[256];
    private readonly SearchValues<byte> _starts;

    public SecretMatcher(IEnumerable<Needle> needles)
    {
        var candidates = needles.Where(n => n.Text.Length > 0).Distinct().Select(n => new Candidate(n)).ToArray();
        foreach (var group in candidates.GroupBy(c => c.FirstByte))
        {
            _byFirstByte[group.Key] = [.. group];
        }

        _starts = candidates.Length == 0
            ? SearchValues.Create(ReadOnlySpan<byte>.Empty)
            : SearchValues.Create([.. candidates.Select(c => c.FirstByte).Distinct(), (byte)'\\', (byte)'%', (byte)'&',
                .. candidates.Any(c => c.FirstByte == (byte)' ') ? "+"u8.ToArray() : []]);
    }

    /// <summary>The first place in <c>[from, before)</c> where a secret begins, with the longest secret there, or where one may begin
    /// if more data follows.</summary>
    public SecretMatch FindNext(ReadOnlySpan<byte> data, int from, int before, bool isLast)
    {
        for (var at = from; at < before; at++)
        {
            var skip = data[at..before].IndexOfAny(_starts);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            var match = MatchAt(data, at, isLast);
            if (match.Length > 0 || match.IsPartial)
            {
                return match;
            }
        }

        return SecretMatch.None;
    }

    private SecretMatch MatchAt(ReadOnlySpan<byte> data, int at, bool isLast)
    {
        var best = SecretMatch.None;
        var partial = false;
        Try(data, data[at], ref best, ref partial);
        if (Escapes.CanBegin(data[at]))
        {
            Span<byte> decoded = stackalloc byte[4];
            var read = Escapes.Read(data[at..], decoded, out _);
            partial |= read < 0 && !isLast;
            if (read > 0 && decoded[0] != data[at])
            {
                Try(data, decoded[0], ref best, ref partial);
            }
        }

        return partial ? best with { Start = at, IsPartial = true } : best;

        void Try(ReadOnlySpan<byte> data, byte first, ref SecretMatch best, ref bool partial)
        {
            foreach (var candidate in _byFirstByte[first] ?? [])
            {
                var length = candidate.MatchLength(data[at..], out var ranOut);
                partial |= ranOut && !isLast;
                if (length > best.Length && IsBounded(candidate.Boundary, data, at, at + length))
                {
                    partial |= !isLast && candidate.Boundary != Boundary.None && at + length == data.Length;
                    best = new SecretMatch(at, length, false, candidate.Boundary == Boundary.Number);
                }
            }
        }
    }

    private static bool IsBounded(Boundary boundary, ReadOnlySpan<byte> data, int start, int end) => boundary switch
    {
        Boundary.None => true,
        Boundary.Word => !(start > 0 && IsWord(data[start - 1]) && !EndsEscape(data, start)) && !(end < data.Length && IsWord(data[end])),
        _ => !(start > 0 && IsDigit(data[start - 1]) && !EndsEscape(data, start)) && !(end < data.Length && IsDigit(data[end])),
    };

    private static bool IsDigit(byte value) => char.IsAsciiDigit((char)value);

    private static bool IsWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == (byte)'_' || value >= 0x80;

    /// <summary>Whether the characters before are an escape such as <c>\n</c>, <c>\u0020</c> or <c>%3D</c>, and so no word.</summary>
    private static bool EndsEscape(ReadOnlySpan<byte> data, int end)
    {
        Span<byte> decoded = stackalloc byte[4];
        for (var start = end - 2; start >= Math.Max(0, end - Escapes.Longest); start--)
        {
            if (data[start] is (byte)'\\' or (byte)'%' && Escapes.Read(data[start..end], decoded, out var count) == end - start)
            {
                return !IsWord(decoded[count - 1]);
            }
        }

        return false;
    }

    private sealed class Candidate(Needle needle)
    {
        private readonly byte[][] _characters = [.. needle.Text.EnumerateRunes().Select(r => Encoding.UTF8.GetBytes(r.ToString()))];

        public Boundary Boundary => needle.Boundary;

        public byte FirstByte => _characters[0][0];

        /// <summary>How much of the data's beginning is this secret; 0 when it is not. <paramref name="ranOut"/>: it may be with more
        /// data.</summary>
        public int MatchLength(ReadOnlySpan<byte> data, out bool ranOut)
        {
            ranOut = false;
            return Math.Max(0, MatchFrom(data, 0, 0, ref ranOut));
        }

        private int MatchFrom(ReadOnlySpan<byte> data, int at, int index, ref bool ranOut)
        {
            for (; index < _characters.Length; index++)
            {
                var character = _characters[index];
                var rest = data[at..];
                if (rest.IsEmpty)
                {
                    ranOut = true;
                    return -1;
                }

                var plain = rest.StartsWith(character);
                if (Escapes.CanBegin(rest[0]))
                {
                    return MatchEscaped(data, at, index, plain, ref ranOut);
                }

                if (!plain)
                {
                    ranOut |= rest.Length < character.Length && character.AsSpan().StartsWith(rest);
                    return -1;
                }

                at += character.Length;
            }

            return at;
        }

        /// <summary>A backslash or percent sign may stand for itself or begin an escape: all readings are tried.</summary>
        private int MatchEscaped(ReadOnlySpan<byte> data, int at, int index, bool plain, ref bool ranOut)
        {
            var character = _characters[index];
            var best = plain ? MatchFrom(data, at + character.Length, index + 1, ref ranOut) : -1;
            if (character is [(byte)'\\'])
            {
                // Escaped once or twice.
                foreach (var slashes in (ReadOnlySpan<int>)[2, 4])
                {
                    if (data.Length >= at + slashes && data.Slice(at, slashes).IndexOfAnyExcept((byte)'\\') < 0)
                    {
                        best = Math.Max(best, MatchFrom(data, at + slashes, index + 1, ref ranOut));
                    }
                }

                if (data[at] == (byte)'\\')
                {
                    return best;
                }
            }

            var length = Escaped(data[at..], character);
            ranOut |= length < 0;
            return length > 0 ? Math.Max(best, MatchFrom(data, at + length, index + 1, ref ranOut)) : best;
        }

        /// <returns>The length of an escaped form of the character, 0 when it is another one, -1 when the data ended.</returns>
        private static int Escaped(ReadOnlySpan<byte> data, byte[] character)
        {
            Span<byte> decoded = stackalloc byte[4];
            var at = 0;
            for (var done = 0; done < character.Length;)
            {
                if (at == data.Length)
                {
                    return -1;
                }

                var read = Escapes.Read(data[at..], decoded, out var count);
                if (read <= 0)
                {
                    return read;
                }

                if (count > character.Length - done || !decoded[..count].SequenceEqual(character.AsSpan(done, count)))
                {
                    return 0;
                }

                done += count;
                at += read;
            }

            return at;
        }
    }
}
