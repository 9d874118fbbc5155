using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Runs.People;

/// <summary>
/// What a person types into pages, word for word, so that it can be removed from what the attempt leaves behind: a field ends with a key
/// that leaves it, or a press somewhere else. To be called from one thread at a time.
/// </summary>
internal sealed class TypedWords
{
    private const int Longest = 4096;

    private readonly StringBuilder _word = new();

    /// <summary>Takes one message of a viewer.</summary>
    /// <returns>The word that it ends, or null.</returns>
    public string? Take(JsonElement message)
    {
        switch (Text(message, "t"))
        {
            case "text":
                Append(Text(message, "text"));
                return null;
            case "keydown" when Text(message, "key") == "Backspace":
                _word.Length = Math.Max(0, _word.Length - 1);
                return null;
            case "keydown" when Text(message, "key") is "Enter" or "Tab" or "Escape":
            case "down":
                return End();
            // Selected as a whole, to be typed anew.
            case "keydown" when Text(message, "code") == "KeyA" && Text(message, "text").Length == 0:
                return End();
            case "dialog":
                return Text(message, "text") is { Length: > 0 } answer ? answer : null;
            case "keydown":
                Append(Text(message, "text"));
                return null;
            default:
                return null;
        }
    }

    /// <returns>The word so far, or null.</returns>
    public string? End()
    {
        var word = _word.Length == 0 ? null : _word.ToString();
        _word.Clear();
        return word;
    }

    private void Append(string text)
    {
        if (_word.Length + text.Length <= Longest)
        {
            _word.Append(text);
        }
    }

    private static string Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
