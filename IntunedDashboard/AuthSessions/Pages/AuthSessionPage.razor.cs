using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.AuthSessions.Pages;

public sealed partial class AuthSessionPage
{
    private const int RecentRuns = 10;
    private const int RecentEvents = 12;
    private const int RecentLifetimes = 9;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private Reading? _reading;
    private (Guid Project, string Session)? _shown;

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Inject]
    public required IRunQueries Runs { get; init; }

    [Inject]
    public required AuthSessionHistory History { get; init; }

    [Parameter]
    public required string SessionId { get; set; }

    private sealed record Reading(
        AuthSessionRow Session,
        StateSummary State,
        IReadOnlyList<AuthSessionVersion> Versions,
        IReadOnlyList<RunRow> Runs,
        IReadOnlyList<AuthSessionEvent> Events,
        TimeSpan? TypicalLifetime);

    protected override async Task OnProjectAsync(Project project)
    {
        if (_shown == (project.Id, SessionId))
        {
            return;
        }

        (_shown, _reading) = ((project.Id, SessionId), null);
        var id = SessionId;
        await Watch("session", [LiveTopics.AuthSessions(project.Id), LiveTopics.Runs(project.Id)], Interval,
            token => ReadAsync(project.Id, id, token), Apply);
    }

    private async Task<Reading?> ReadAsync(Guid projectId, string id, CancellationToken token)
    {
        if (await Sessions.FindAsync(projectId, id, token) is not { } session)
        {
            return null;
        }

        var state = await Sessions.GetStateSummaryAsync(projectId, id, token);
        var versions = await Sessions.ListVersionsAsync(session.Key, token);
        var runs = await Runs.ListAsync(projectId, new RunFilter { AuthSessionId = id }, RecentRuns, cursor: null, token);
        var events = await History.ReadAsync(session.Key, RecentEvents, token);
        var lifetimes = (await History.ReadLifetimesAsync(session.Key, RecentLifetimes, token)).Order().ToList();
        return new Reading(session, state, versions, runs.Runs, events, lifetimes.Count == 0 ? null : lifetimes[lifetimes.Count / 2]);
    }

    private void Apply(Reading? reading)
    {
        if (reading is null)
        {
            Unwatch("session");
            Navigation.NotFound();
            return;
        }

        _reading = reading;
    }
}
