namespace IntunedDashboard.Ui.Shared;

public sealed record Crumb(string Text, string Href)
{
    public static Crumb Projects { get; } = new("Projects", Urls.Projects);

    public static IReadOnlyList<Crumb> To(string project) => [Projects, new(project, Urls.Overview(project))];

    public static IReadOnlyList<Crumb> To(string project, string text, string href) => [.. To(project), new(text, href)];
}
