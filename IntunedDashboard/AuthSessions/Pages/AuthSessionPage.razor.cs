using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.AuthSessions.Pages;

public sealed partial class AuthSessionPage
{
    private const int RecentRuns = 10;
    private const int RecentValidations = 50;
    private const int RecentEvents = 200;
    private const int ShownEvents = 12;
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
        IReadOnlyList<RunRow> Validations,
        IReadOnlyList<AuthSessionEvent> Events,
        IReadOnlyList<TimeSpan> Lifetimes,
        LoginBudget Budget)
    {
        /// <summary>Runs that ended with a new login.</summary>
        public HashSet<string> LoggedIn { get; } = Events
            .Where(e => e.Kind == AuthSessionEventKind.LoggedIn).Select(e => e.RunId).OfType<string>().ToHashSet(StringComparer.Ordinal);

        public TimeSpan? TypicalLifetime => Lifetimes.Count == 0 ? null : Lifetimes.Order().ElementAt(Lifetimes.Count / 2);
    }

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
        var own = new RunFilter { AuthSessionId = id, Types = [RunType.Validate, RunType.Create, RunType.Update] };
        var validations = await Runs.ListAsync(projectId, own, RecentValidations, cursor: null, token);
        var events = await History.ReadAsync(session.Key, RecentEvents, token);
        var lifetimes = await History.ReadLifetimesAsync(session.Key, RecentLifetimes, token);
        var budget = await Sessions.GetLoginBudgetAsync(session, token);
        return new Reading(session, state, versions, runs.Runs, validations.Runs.Reverse().ToList(), events, lifetimes, budget);
    }

    private void Apply(Reading? reading)
    {
        if (IsGone(reading, "session"))
        {
            return;
        }

        _reading = reading;
    }
}
