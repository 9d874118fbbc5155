using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Pages;
using IntunedDashboard.Jobs;
using IntunedDashboard.Runs;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Projects.Pages;

/// <summary>What the project overview reads at once.</summary>
public sealed record OverviewReading
{
    private const int HealthRuns = 50;
    private const int MostRunning = 10;
    private const int MostUpcoming = 5;
    private const int MostJobRuns = 5;

    public required ProjectRow Project { get; init; }

    /// <summary>The last API Runs, oldest first.</summary>
    public required IReadOnlyList<RunRow> Recent { get; init; }

    public required RunPage Running { get; init; }

    /// <summary>Those that need somebody first.</summary>
    public required IReadOnlyList<AuthSessionRow> Sessions { get; init; }

    /// <summary>The Jobs that their schedules start next, the soonest first.</summary>
    public required IReadOnlyList<JobView> Upcoming { get; init; }

    /// <summary>Those that have not ended; paused ones wait for somebody.</summary>
    public required IReadOnlyList<JobRunView> JobRuns { get; init; }

    /// <summary>Markdown of the deployed README, if there is one.</summary>
    public string? Readme { get; init; }

    public bool UsesSessions => Project.Settings?.AuthSessionsEnabled == true;

    public IReadOnlyList<(StateTerm Term, int Count)> SessionCounts => Sessions
        .GroupBy(s => AuthSessionVocabulary.Of(s.Status))
        .Select(g => (g.Key, g.Count()))
        .OrderBy(c => c.Key.Order)
        .ToList();

    /// <returns>Null when the project is gone.</returns>
    public static async Task<OverviewReading?> ReadAsync(
        ProjectQueries projects,
        IRunQueries runs,
        IAuthSessionQueries sessions,
        IJobQueries jobs,
        IJobRunQueries jobRuns,
        Guid projectId,
        CancellationToken cancellationToken)
    {
        if (await projects.FindRowAsync(projectId, cancellationToken) is not { } project)
        {
            return null;
        }

        var recent = await runs.ListAsync(projectId, new RunFilter { Types = [RunType.Api] }, HealthRuns, cursor: null, cancellationToken);
        var active = new RunFilter { Statuses = [RunStatus.Pending, RunStatus.Started] };
        var rows = await sessions.ListAsync(projectId, cancellationToken);
        return new OverviewReading
        {
            Project = project,
            Recent = recent.Runs.Reverse().ToList(),
            Upcoming = (await jobs.ListAsync(projectId, cancellationToken)).Where(j => j.NextRunAt is not null).OrderBy(j => j.NextRunAt).Take(MostUpcoming).ToList(),
            JobRuns = await jobRuns.ListActiveAsync(projectId, MostJobRuns, cancellationToken),
            Readme = await projects.ReadReadmeAsync(projectId, cancellationToken),
            Running = await runs.ListAsync(projectId, active, MostRunning, cursor: null, cancellationToken),
            Sessions = rows.OrderBy(s => AuthSessionVocabulary.Of(s.Status).Order).ThenByDescending(s => s.StatusSince).ToList(),
        };
    }
}
