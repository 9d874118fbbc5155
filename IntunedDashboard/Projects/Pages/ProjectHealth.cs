using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Pages;
using IntunedDashboard.Jobs;
using IntunedDashboard.Runs;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Projects.Pages;

/// <summary>How a project fares, at a glance.</summary>
/// <param name="Recent">The last API Runs, oldest first.</param>
/// <param name="Sessions">Sessions by state, those that need somebody first.</param>
/// <param name="Next">The Job that its schedule starts next.</param>
public sealed record ProjectHealth(IReadOnlyList<RunRow> Recent, IReadOnlyList<(StateTerm Term, int Count)> Sessions, JobView? Next)
{
    public const int MostRuns = 20;

    public static async Task<IReadOnlyDictionary<Guid, ProjectHealth>> ReadAsync(
        IEnumerable<Guid> projects, IRunQueries runs, IAuthSessionQueries sessions, IJobQueries jobs, CancellationToken cancellationToken)
    {
        var all = new Dictionary<Guid, ProjectHealth>();
        foreach (var project in projects)
        {
            var recent = await runs.ListAsync(project, new RunFilter { Types = [RunType.Api] }, MostRuns, cursor: null, cancellationToken);
            var counts = (await sessions.ListAsync(project, cancellationToken))
                .GroupBy(s => AuthSessionVocabulary.Of(s.Status))
                .Select(g => (g.Key, g.Count()))
                .OrderBy(c => c.Key.Order);
            all[project] = new ProjectHealth(recent.Runs.Reverse().ToList(), counts.ToList(), NextOf(await jobs.ListAsync(project, cancellationToken)));
        }

        return all;
    }

    public static JobView? NextOf(IReadOnlyList<JobView> jobs) => jobs.Where(j => j.NextRunAt is not null).MinBy(j => j.NextRunAt);
}
