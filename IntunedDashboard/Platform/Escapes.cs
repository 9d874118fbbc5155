using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntunedDashboard.Platform;

/// <summary>Reads one escaped character or byte: JSON, URL, form or HTML, also escaped more than once.</summary>
internal static class Escapes
{
    /// <summary>Bytes an escape may have.</summary>
    public const int Longest = 24;

    private const int LongestEntity = 10;
    private const int MostBackslashes = 8;

    private static readonly SearchValues<byte> EntityBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#"u8);

    public static bool CanBegin(byte value) => value is (byte)'\\' or (byte)'%' or (byte)'&' or (byte)'+';

    /// <param name="isOpen">The data ended within an escape, or before it was sure that the escape is over.</param>
    /// <returns>How many bytes were read; 0 when this is no whole escape.</returns>
    public static int Read(ReadOnlySpan<byte> data, Span<byte> decoded, out int count, out bool isOpen)
    {
        count = 0;
        isOpen = false;
        switch (data[0])
        {
            case (byte)'\\':
                return ReadBackslash(data, decoded, out count, out isOpen);
            case (byte)'%':
                return ReadPercent(data, decoded, out count, out isOpen);
            case (byte)'&':
                return ReadEntity(data, 1, decoded, out count, out isOpen);
            case (byte)'+':
                decoded[0] = (byte)' ';
                count = 1;
                return 1;
            default:
                return 0;
        }
    }

    /// <summary>Reads the rest of an HTML entity whose ampersand, itself escaped, ends before <paramref name="from"/>.</summary>
    public static int ReadEntity(ReadOnlySpan<byte> data, int from, Span<byte> decoded, out int count, out bool isOpen)
    {
        count = 0;
        isOpen = false;
        var length = data[from..].IndexOfAnyExcept(EntityBytes);
        if (length < 0)
        {
            isOpen = data.Length - from < LongestEntity;
            return 0;
        }

        if (length is 0 or > LongestEntity || data[from + length] != (byte)';')
        {
            return 0;
        }

        var name = Encoding.ASCII.GetString(data.Slice(from, length));
        var value = name switch
        {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => 0xA0,
            _ when name.StartsWith("#x", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) => hex,
            _ when name.StartsWith('#')
                && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => -1,
        };
        return Encode(value, from + length + 1, decoded, out count);
    }

    private static int ReadBackslash(ReadOnlySpan<byte> data, Span<byte> decoded, out int count, out bool isOpen)
    {
        count = 0;
        isOpen = false;
        // JSON inside JSON has its backslashes escaped once more.
        var slashes = data[..Math.Min(data.Length, MostBackslashes + 1)].IndexOfAnyExcept((byte)'\\');
        if (slashes < 0)
        {
            isOpen = data.Length <= MostBackslashes;
            return 0;
        }

        var next = data[slashes];
        var simple = next switch
        {
            (byte)'"' or (byte)'/' or (byte)'\'' or (byte)'`' => next,
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            _ => (byte)0,
        };
        if (simple != 0)
        {
            decoded[0] = simple;
            count = 1;
            return slashes + 1;
        }

        var digits = next switch { (byte)'u' => 4, (byte)'x' => 2, _ => 0 };
        if (digits == 0)
        {
            return 0;
        }

        var length = slashes + 1 + digits;
        if (!ReadHex(data, slashes + 1, digits, out var value, out isOpen))
        {
            return 0;
        }

        if (!char.IsHighSurrogate((char)value))
        {
            return Encode(value, length, decoded, out count);
        }

        if (data.Length < length * 2)
        {
            isOpen = true;
            return 0;
        }

        return data.Slice(length, slashes + 1).SequenceEqual(data[..(slashes + 1)])
            && ReadHex(data, length + slashes + 1, 4, out var low, out isOpen) && char.IsLowSurrogate((char)low)
            ? Encode(char.ConvertToUtf32((char)value, (char)low), length * 2, decoded, out count)
            : 0;
    }

    private static int ReadPercent(ReadOnlySpan<byte> data, Span<byte> decoded, out int count, out bool isOpen)
    {
        count = 0;
        isOpen = false;
        var at = 1;
        // %2541 is %41 encoded once more.
        while (data[at..].StartsWith("25"u8) && ReadHex(data, at + 2, 2, out _, out isOpen))
        {
            at += 2;
        }

        if (!ReadHex(data, at, 2, out var value, out var isCut))
        {
            isOpen |= isCut;
            return 0;
        }

        decoded[0] = (byte)value;
        count = 1;
        return at + 2;
    }

    private static bool ReadHex(ReadOnlySpan<byte> data, int from, int digits, out int value, out bool isCut)
    {
        value = 0;
        isCut = false;
        for (var i = from; i < from + digits; i++)
        {
            if (i >= data.Length)
            {
                isCut = true;
                return false;
            }

            var digit = (char)data[i];
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }

            value = value * 16 + (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return true;
    }

    private static int Encode(int value, int length, Span<byte> decoded, out int count)
    {
        count = 0;
        if (!Rune.IsValid(value))
        {
            return 0;
        }

        count = new Rune(value).EncodeToUtf8(decoded);
        return length;
    }
}
