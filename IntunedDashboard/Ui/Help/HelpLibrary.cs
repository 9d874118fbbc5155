namespace IntunedDashboard.Ui.Help;

/// <summary>The help as it was built into the product. Read once, when it is first needed.</summary>
public sealed class HelpLibrary
{
    private const int MostHits = 30;
    private const int ExcerptLength = 160;

    private readonly Lazy<IReadOnlyList<HelpTopic>> _topics = new(Read);

    public IReadOnlyList<HelpTopic> Topics => _topics.Value;

    public HelpTopic? Find(string id) => Topics.FirstOrDefault(t => t.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <returns>Sections with every word, those with one in their heading first.</returns>
    public IReadOnlyList<HelpHit> Search(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var hits =
            from topic in Topics
            from section in topic.Sections
            where words.Length > 0 && words.All(word => Has(section.Title, word) || Has(section.Text, word))
            orderby words.All(word => Has(section.Title, word)) ? 0 : words.Any(word => Has(section.Title, word)) ? 1 : 2
            select new HelpHit(topic, section, Excerpt(section.Text, words[0]));
        return [.. hits.Take(MostHits)];
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Excerpt(string text, string word)
    {
        var at = Math.Max(0, text.IndexOf(word, StringComparison.OrdinalIgnoreCase));
        var start = at < ExcerptLength / 2 ? 0 : text.LastIndexOf(' ', at - ExcerptLength / 4) + 1;
        var piece = text[start..Math.Min(text.Length, start + ExcerptLength)];
        return $"{(start > 0 ? "… " : string.Empty)}{piece}{(start + piece.Length < text.Length ? " …" : string.Empty)}";
    }

    /// <summary>Files are ordered by the number their names begin with.</summary>
    private static IReadOnlyList<HelpTopic> Read() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "help"), "*.md")
            .Order(StringComparer.Ordinal)
            .Select(file => HelpDocument.Read(Path.GetFileNameWithoutExtension(file).TrimStart("0123456789-".ToCharArray()), File.ReadAllText(file))),
    ];
}
