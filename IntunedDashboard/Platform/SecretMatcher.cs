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
            var read = Escapes.Read(data[at..], decoded, out _, out var isOpen);
            partial |= isOpen && !isLast;
            if (read > 0 && decoded[0] != data[at])
            {
                Try(data, decoded[0], ref best, ref partial);
            }

            if (read > 0 && decoded[0] == (byte)'&' && Escapes.ReadEntity(data[at..], read, decoded, out _, out isOpen) > 0)
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
            if (data[start] is (byte)'\\' or (byte)'%' && Escapes.Read(data[start..end], decoded, out var count, out _) == end - start)
            {
                return !IsWord(decoded[count - 1]);
            }
        }

        return false;
    }

    private sealed class Candidate(Needle needle)
    {
        private const int MostReadings = 5;

        private readonly byte[][] _characters = [.. needle.Text.EnumerateRunes().Select(r => Encoding.UTF8.GetBytes(r.ToString()))];

        public Boundary Boundary => needle.Boundary;

        public byte FirstByte => _characters[0][0];

        /// <summary>How much of the data's beginning is this secret; 0 when it is not. <paramref name="ranOut"/>: it may be with more
        /// data.</summary>
        public int MatchLength(ReadOnlySpan<byte> data, out bool ranOut)
        {
            ranOut = false;
            HashSet<(int At, int Index)>? deadEnds = null;
            return Math.Max(0, MatchFrom(data, 0, 0, ref deadEnds, ref ranOut));
        }

        /// <param name="deadEnds">Places where more than one reading was possible and none led to the end; without them, rows of
        /// backslashes would be read in exponentially many ways.</param>
        private int MatchFrom(ReadOnlySpan<byte> data, int at, int index, ref HashSet<(int At, int Index)>? deadEnds, ref bool ranOut)
        {
            Span<int> readings = stackalloc int[MostReadings];
            for (; index < _characters.Length; index++)
            {
                var character = _characters[index];
                var rest = data[at..];
                if (rest.IsEmpty)
                {
                    ranOut = true;
                    return -1;
                }

                var count = 0;
                if (rest.StartsWith(character))
                {
                    readings[count++] = character.Length;
                }
                else
                {
                    ranOut |= rest.Length < character.Length && character.AsSpan().StartsWith(rest);
                }

                if (Escapes.CanBegin(rest[0]))
                {
                    AddEscaped(rest, character, readings, ref count, ref ranOut);
                }

                if (count == 0)
                {
                    return -1;
                }

                if (count > 1)
                {
                    return Fork(data, at, index, readings[..count], ref deadEnds, ref ranOut);
                }

                at += readings[0];
            }

            return at;
        }

        private int Fork(
            ReadOnlySpan<byte> data, int at, int index, ReadOnlySpan<int> readings, ref HashSet<(int At, int Index)>? deadEnds, ref bool ranOut)
        {
            if (deadEnds?.Contains((at, index)) == true)
            {
                return -1;
            }

            foreach (var reading in readings)
            {
                if (MatchFrom(data, at + reading, index + 1, ref deadEnds, ref ranOut) is > 0 and var whole)
                {
                    return whole;
                }
            }

            (deadEnds ??= []).Add((at, index));
            return -1;
        }

        private static void AddEscaped(ReadOnlySpan<byte> data, byte[] character, Span<int> readings, ref int count, ref bool ranOut)
        {
            if (character is [(byte)'\\'])
            {
                // Escaped once or twice.
                foreach (var slashes in (ReadOnlySpan<int>)[2, 4])
                {
                    if (data.Length >= slashes && data[..slashes].IndexOfAnyExcept((byte)'\\') < 0)
                    {
                        readings[count++] = slashes;
                    }
                }
            }

            var length = Escaped(data, character, ref ranOut);
            if (length == 0)
            {
                return;
            }

            readings[count++] = length;
            if (character is [(byte)'&'])
            {
                // The ampersand of an entity may be escaped itself.
                var next = data[length..];
                ranOut |= next.Length < 4 && "amp;"u8.StartsWith(next);
                if (next.StartsWith("amp;"u8))
                {
                    readings[count++] = length + 4;
                }
            }
        }

        /// <returns>The length of an escaped form of the character; 0 when it is another one.</returns>
        private static int Escaped(ReadOnlySpan<byte> data, byte[] character, ref bool ranOut)
        {
            Span<byte> decoded = stackalloc byte[4];
            var at = 0;
            for (var done = 0; done < character.Length;)
            {
                if (at == data.Length)
                {
                    ranOut = true;
                    return 0;
                }

                var read = Escapes.Read(data[at..], decoded, out var count, out var isOpen);
                ranOut |= isOpen;
                if (read > 0 && decoded[0] == (byte)'&' && character is not [(byte)'&'])
                {
                    // An entity whose ampersand is escaped for JSON or HTML.
                    read = Escapes.ReadEntity(data[at..], read, decoded, out count, out isOpen);
                    ranOut |= isOpen;
                }

                if (read == 0 || count > character.Length - done || !decoded[..count].SequenceEqual(character.AsSpan(done, count)))
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
