using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform project</c></summary>
internal static class ProjectVerbs
{
    public static Verb Create() => new("project", "Projects of the workspace.")
    {
        new Verb("list", "Lists the projects.", "intuned platform project list --json")
        {
            CommonOptions.Limit, CommonOptions.Offset,
        }.Does(ListAsync),
        new Verb("get", "Shows one project.", "intuned platform project get -p my-project").Does(GetAsync),
    };

    private static async Task ListAsync(Call call, CancellationToken cancellationToken)
    {
        var projects = await call.Client.GetAsync<ProjectWire[]>(Address.Projects, cancellationToken);
        var shown = projects.Skip(call.Get(CommonOptions.Offset)).Take(call.Get(CommonOptions.Limit)).ToArray();
        call.Output.Write(shown.Select(p => new { p.Name, Language = LanguageOf(p) }), () => Output.Table(
            ["name", "language", "status", "last deployment"],
            shown.Select(p => new[] { p.Name, LanguageOf(p), p.Status, Words.Time(p.LastDeployment?.CreatedAt) }),
            "The workspace has no project yet. Make one with: intuned dev init"));
    }

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var project = await FindAsync(call, cancellationToken) ?? throw new CliException($"There is no project {call.ProjectName}.");
        call.Output.Write(
            new
            {
                project.Name,
                Language = LanguageOf(project),
                project.Status,
                AuthSessions = project.AuthSessions is { } sessions ? new { sessions.Enabled, sessions.Type } : null,
                LastDeployment = project.LastDeployment is { } last ? new { Id = last.DeploymentId, last.Status, CreatedAt = last.CreatedAt.UtcDateTime } : null,
                SelfHealing = new { Enabled = false },
            },
            () => Output.Facts(
                ("Name", project.Name),
                ("Language", LanguageOf(project)),
                ("Status", project.Status),
                ("AuthSessions", project.AuthSessions is { Enabled: true } on ? on.Type : "off"),
                ("Last deployment", project.LastDeployment is { } last ? $"{last.Status}, {Words.Time(last.CreatedAt)}" : "none")));
    }

    public static async Task<ProjectWire?> FindAsync(Call call, CancellationToken cancellationToken) =>
        (await call.Client.GetAsync<ProjectWire[]>(Address.Projects, cancellationToken)).FirstOrDefault(p => p.Name == call.ProjectName);

    private static string LanguageOf(ProjectWire project) => project.Language switch
    {
        "typescript" => "TypeScript",
        "python" => "Python",
        "csharp" => "C#",
        var other => other,
    };
}
