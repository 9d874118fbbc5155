using System.Buffers;
using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Platform;

/// <summary>
/// Removes known secrets from text and bytes, in their plain, JSON-escaped, URL-encoded, HTML-escaped and base64 forms, also where
/// forms are mixed. Short values and values of digits count only as whole words. Immutable and safe for concurrent use.
/// </summary>
public sealed class Redactor
{
    public const string Mask = "••••••";

    /// <summary>Values below this length would turn up everywhere by chance and are left alone.</summary>
    public const int MinimumLength = 4;

    private const int WholeWordBelow = 6;
    private const int LongestPiece = 256;

    private readonly string[] _secrets;

    private Redactor(string[] secrets)
    {
        _secrets = secrets;
        Matcher = new SecretMatcher(secrets.SelectMany(Pieces).SelectMany(Needles));
    }

    public static Redactor None { get; } = new([]);

    internal SecretMatcher Matcher { get; }

    public bool IsEmpty => _secrets.Length == 0;

    public static Redactor For(IEnumerable<string> secrets) => None.With(secrets);

    /// <summary>A redactor that knows more secrets.</summary>
    public Redactor With(IEnumerable<string> secrets)
    {
        var all = _secrets.Concat(secrets.Where(IsSecret)).Distinct(StringComparer.Ordinal).ToArray();
        return all.Length == _secrets.Length ? this : new Redactor(all);
    }

    public string Redact(string text)
    {
        if (IsEmpty || text.Length == 0)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var output = new ArrayBufferWriter<byte>(bytes.Length);
        return new RedactionStream(Matcher).Write(bytes, output, isLast: true)
            ? Encoding.UTF8.GetString(output.WrittenSpan)
            : text;
    }

    /// <summary>For text that was cut off: a secret whose beginning stands at the end is removed too.</summary>
    public string RedactCut(string text)
    {
        if (IsEmpty || text.Length == 0)
        {
            return text;
        }

        var output = new ArrayBufferWriter<byte>(text.Length);
        new RedactionStream(Matcher).Write(Encoding.UTF8.GetBytes(text), output, isLast: false);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>JSON stays JSON, whatever the secrets are.</summary>
    public string RedactJson(string json)
    {
        var redacted = Redact(json);
        if (ReferenceEquals(redacted, json))
        {
            return json;
        }

        try
        {
            using var parsed = JsonDocument.Parse(redacted);
            return redacted;
        }
        catch (JsonException)
        {
            return $"\"{Mask}\"";
        }
    }

    /// <summary>Whether any form of a secret is in the bytes.</summary>
    public bool IsFoundIn(ReadOnlySpan<byte> bytes) => Matcher.FindNext(bytes, 0, bytes.Length, isLast: true).Length > 0;

    /// <summary>A pass over data that arrives in pieces; a secret split over two of them is found.</summary>
    public RedactionStream OpenStream() => new(Matcher);

    private static bool IsSecret(string value) =>
        value.Length >= MinimumLength && value is not ("true" or "false" or "null") && value.Any(c => !char.IsWhiteSpace(c));

    /// <summary>Long values are looked for piece by piece, which bounds the work at each place of the data; the last piece overlaps
    /// the one before.</summary>
    private static IEnumerable<string> Pieces(string secret)
    {
        if (secret.Length <= LongestPiece)
        {
            yield return secret;
            yield break;
        }

        for (var start = 0; start < secret.Length; start += LongestPiece)
        {
            var from = Math.Min(start, secret.Length - LongestPiece);
            var to = from + LongestPiece;
            from -= char.IsLowSurrogate(secret[from]) ? 1 : 0;
            to += to < secret.Length && char.IsLowSurrogate(secret[to]) ? 1 : 0;
            yield return secret[from..to];
        }
    }

    private static IEnumerable<Needle> Needles(string secret)
    {
        var onlyDigits = secret.All(char.IsAsciiDigit);
        yield return new Needle(secret, onlyDigits ? Boundary.Number : secret.Length < WholeWordBelow ? Boundary.Word : Boundary.None);
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (secret.Length < WholeWordBelow)
        {
            yield return new Needle(Convert.ToBase64String(bytes).TrimEnd('='), Boundary.Word);
            yield break;
        }

        // Inside longer base64 text the first and last characters depend on the neighbours, so they are left out.
        for (var shift = 0; shift < 3; shift++)
        {
            var encoded = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var first = (shift * 8 + 5) / 6;
            var whole = (shift + bytes.Length) * 8 / 6;
            var inner = encoded[first..whole];
            yield return new Needle(inner, Boundary.None);
            var urlSafe = inner.Replace('+', '-').Replace('/', '_');
            if (urlSafe != inner)
            {
                yield return new Needle(urlSafe, Boundary.None);
            }
        }
    }
}
