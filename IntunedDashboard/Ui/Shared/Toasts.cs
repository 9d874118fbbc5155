namespace IntunedDashboard.Ui.Shared;

/// <param name="Href">Where to see what happened.</param>
public sealed record Toast(int Number, string Text, Vocabulary.Tone Tone, string? Href, string? LinkText);

/// <summary>What an action says it did, and what asks for one. One per circuit; used only on the renderer's context.</summary>
public sealed class Toasts
{
    private readonly List<Toast> _shown = [];
    private int _last;

    public event EventHandler? Changed;

    public IReadOnlyList<Toast> Shown => _shown;

    public void Done(string text, string? href = null, string? linkText = null) => Show(text, Vocabulary.Tone.Good, href, linkText);

    public void Failed(string text, string? href = null, string? linkText = null) => Show(text, Vocabulary.Tone.Bad, href, linkText);

    /// <summary>Something needs the person, who did not ask.</summary>
    public void Asks(string text, string? href = null, string? linkText = null) => Show(text, Vocabulary.Tone.Warning, href, linkText);

    public void Close(int number)
    {
        if (_shown.RemoveAll(t => t.Number == number) > 0)
        {
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    private void Show(string text, Vocabulary.Tone tone, string? href, string? linkText)
    {
        _shown.Add(new Toast(++_last, text, tone, href, linkText));
        if (_shown.Count > 4)
        {
            _shown.RemoveAt(0);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }
}
