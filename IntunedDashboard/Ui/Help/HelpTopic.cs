namespace IntunedDashboard.Ui.Help;

/// <summary>One page of the help.</summary>
/// <param name="Id">Its part of the address.</param>
/// <param name="Html">Safe to show, without the title; places for the reader's own values are still in it.</param>
public sealed record HelpTopic(string Id, string Title, string Html, IReadOnlyList<HelpSection> Sections);

/// <summary>A heading with the text below it, up to the next heading.</summary>
/// <param name="Anchor">The heading's id; empty for what stands before the first heading.</param>
/// <param name="Level">2 for the parts of a page, more for what lies inside them.</param>
public sealed record HelpSection(string Anchor, string Title, int Level, string Text);

/// <summary>A section that holds everything that was looked for.</summary>
/// <param name="Excerpt">The text around the first word that was found.</param>
public sealed record HelpHit(HelpTopic Topic, HelpSection Section, string Excerpt);
