using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Ui.Shared;

/// <param name="Href">The address with this choice turned over.</param>
public sealed record FilterChoice(string Text, string Href, bool IsChosen, StateTerm? Term = null);
