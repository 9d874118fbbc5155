using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Pages;
using IntunedDashboard.Identity;
using IntunedDashboard.Jobs;
using IntunedDashboard.Jobs.Pages;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;

namespace IntunedDashboard.Runs.Pages;

/// <summary>What the command palette finds: actions and places of the open project, projects, sessions, Jobs, and a Run or JobRun by its id.</summary>
public sealed class DashboardCommands(
    ProjectQueries projects,
    WorkspaceQueries workspaces,
    IAuthSessionQueries sessions,
    IRunQueries runs,
    IJobQueries jobs,
    IJobRunQueries jobRuns,
    CurrentActor currentActor) : ICommandSource
{
    private const int MostOfAKind = 6;
    private const int RunIdLength = 21;

    public async Task<IReadOnlyList<Command>> FindAsync(string text, string? project, CancellationToken cancellationToken)
    {
        var actor = await currentActor.GetAsync();
        var all = await projects.ListAsync(await workspaces.GetIdAsync(cancellationToken), cancellationToken);
        var open = all.FirstOrDefault(p => p.Name == project);
        var found = new List<Command>();
        if (text.Length == RunIdLength)
        {
            found.AddRange(await FindRunAsync(all, text, cancellationToken));
        }

        if (Guid.TryParse(text, out _))
        {
            found.AddRange(await FindJobRunAsync(all, text, cancellationToken));
        }

        if (open is not null)
        {
            found.AddRange(ActionsOf(open.Name, actor).Where(c => Matches(c, text)));
            found.AddRange(PlacesOf(open.Name).Where(c => Matches(c, text)));
            if (text.Length > 0)
            {
                var rows = await sessions.ListAsync(open.Id, cancellationToken);
                found.AddRange(rows.Where(s => Contains(s.Id, text)).Take(MostOfAKind).Select(s => new Command(
                    "AuthSessions", IconName.Sessions, s.Id, AuthSessionVocabulary.Of(s.Status).Text, Urls.AuthSession(open.Name, s.Id))));
                found.AddRange((await jobs.ListAsync(open.Id, cancellationToken)).Where(j => Contains(j.Id, text)).Take(MostOfAKind).Select(j => new Command(
                    "Jobs", IconName.Jobs, j.Id, JobVocabulary.Of(j.State).Text, Urls.Job(open.Name, j.Id))));
            }
        }

        found.AddRange(all.Where(p => Contains(p.Name, text)).Take(MostOfAKind).Select(p => new Command(
            "Projects", IconName.Projects, p.Name, p.Language, Urls.Overview(p.Name))));
        found.AddRange(SettingsOf(actor).Where(c => Matches(c, text)));
        return found;
    }

    private static IEnumerable<Command> SettingsOf(Actor actor)
    {
        yield return new Command("Go to", IconName.Bell, "Notifications", null, Urls.Notifications);
        yield return new Command("Settings", IconName.Code, "API reference", null, Urls.ApiReference);
        if (actor.May(Role.Admin))
        {
            yield return new Command("Settings", IconName.Keys, "API keys", null, Urls.ApiKeys);
            yield return new Command("Settings", IconName.Person, "Users", null, Urls.Users);
        }
    }

    private static IEnumerable<Command> ActionsOf(string project, Actor actor)
    {
        if (actor.May(Role.Operator))
        {
            yield return new Command("Actions", IconName.Runs, "Start Run", project, Urls.NewRun(project));
            yield return new Command("Actions", IconName.Plus, "New AuthSession", project, Urls.NewAuthSession(project));
        }

        if (actor.May(Role.Developer))
        {
            yield return new Command("Actions", IconName.Plus, "New Job", project, Urls.NewJob(project));
        }
    }

    private static IEnumerable<Command> PlacesOf(string project) =>
    [
        new("Go to", IconName.Overview, "Overview", project, Urls.Overview(project)),
        new("Go to", IconName.Runs, "Runs", project, Urls.Runs(project)),
        new("Go to", IconName.CrossCircle, "Failed and canceled Runs", project, Urls.WithQuery(Urls.Runs(project), [("status", "failed,canceled")])),
        new("Go to", IconName.Jobs, "Jobs", project, Urls.Jobs(project)),
        new("Go to", IconName.Sessions, "AuthSessions", project, Urls.AuthSessions(project)),
        new("Go to", IconName.Deployments, "Deployments", project, Urls.Deployments(project)),
        new("Go to", IconName.Variables, "Environment", project, Urls.Environment(project)),
        new("Go to", IconName.Settings, "Settings", project, Urls.Settings(project)),
    ];

    private async Task<IReadOnlyList<Command>> FindRunAsync(IReadOnlyList<ProjectRow> all, string id, CancellationToken cancellationToken)
    {
        foreach (var project in all)
        {
            if (await runs.FindRunAsync(project.Id, id, cancellationToken) is { } run)
            {
                var what = run.ApiName ?? RunVocabulary.TextOf(run.Type);
                return [new Command("Runs", IconName.Runs, what, $"{project.Name}, {RunVocabulary.Of(run.Status).Text}", Urls.Run(project.Name, id))];
            }
        }

        return [];
    }

    private async Task<IReadOnlyList<Command>> FindJobRunAsync(IReadOnlyList<ProjectRow> all, string id, CancellationToken cancellationToken)
    {
        foreach (var project in all)
        {
            if (await jobRuns.FindAsync(project.Id, id, cancellationToken) is { } run)
            {
                var detail = $"{project.Name}, {JobVocabulary.Of(run).Text}";
                return [new Command("JobRuns", IconName.Jobs, $"JobRun of {run.JobId}", detail, Urls.JobRun(project.Name, run.JobId, id))];
            }
        }

        return [];
    }

    private static bool Matches(Command command, string text) => Contains(command.Text, text);

    private static bool Contains(string value, string text) => value.Contains(text, StringComparison.OrdinalIgnoreCase);
}
