using IntunedDashboard.Ui.Shared;

namespace IntunedDashboard.Ui.Vocabulary;

/// <summary>The colour of a state. It is never the only sign: a term has words and an icon as well.</summary>
public enum Tone
{
    Neutral,
    Active,
    Good,
    Warning,
    Bad,

    /// <summary>Grey-blue: not run, which is no failure.</summary>
    Muted,
}

/// <summary>How one value of a state is shown everywhere: chips, filters, charts and counts.</summary>
/// <param name="Key">Its form in addresses.</param>
/// <param name="IsLive">Something is happening: the sign moves, unless the reader asked for less motion.</param>
public sealed record StateTerm(string Key, string Text, Tone Tone, IconName Icon, int Order, bool IsLive = false)
{
    public string CssClass => $"tone-{Tone.ToString().ToLowerInvariant()}";
}
