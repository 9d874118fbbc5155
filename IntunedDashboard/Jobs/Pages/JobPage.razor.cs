using System.Globalization;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Jobs.Pages;

public sealed partial class JobPage
{
    private const int PageSize = 20;
    private const int NextTimes = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly (string Key, string Text)[] Tabs = [("runs", "JobRuns"), ("payload", "Payload"), ("json", "JSON")];

    private Reading? _reading;
    private (Guid Project, string Job, string? Before)? _shown;

    [Inject]
    public required IJobQueries Jobs { get; init; }

    [Inject]
    public required IJobRunQueries JobRuns { get; init; }

    [Inject]
    public required DefaultSinks DefaultSinks { get; init; }

    [Parameter]
    public required string JobId { get; set; }

    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    /// <summary>Where older JobRuns begin.</summary>
    [SupplyParameterFromQuery]
    public string? Before { get; set; }

    /// <summary>The first item of the payload that is shown.</summary>
    [SupplyParameterFromQuery]
    public int? From { get; set; }

    private sealed record Reading(JobView Job, IReadOnlyList<DateTimeOffset> Next, bool HasJitter, JobRunList JobRuns, string? DefaultSink);

    private string Current => Tabs.Any(t => t.Key == Tab) ? Tab! : "runs";

    protected override async Task OnProjectAsync(Project project)
    {
        var cursor = Before is { Length: > 0 } && Before.All(char.IsAsciiDigit) ? Before : null;
        var now = (project.Id, JobId, cursor);
        if (_shown == now)
        {
            return;
        }

        if (_shown?.Job != JobId)
        {
            _reading = null;
        }

        _shown = now;
        var id = JobId;
        await Watch("job", [LiveTopics.Jobs(project.Id)], Interval, token => ReadAsync(project.Id, id, cursor, token), Apply);
    }

    private async Task<Reading?> ReadAsync(Guid projectId, string id, string? cursor, CancellationToken token)
    {
        if (await Jobs.FindAsync(projectId, id, token) is not { } job)
        {
            return null;
        }

        var schedule = job is { ScheduleJson: { } json, NextRunAt: not null } ? JobSchedule.Parse(json) : null;
        var next = schedule is null ? [] : Jobs.NextTimes(schedule, NextTimes);
        var hasJitter = schedule is { Jitter.Ticks: > 0 };

        // The time that stands in the row has its jitter already.
        IReadOnlyList<DateTimeOffset> times = hasJitter ? [job.NextRunAt!.Value, .. next.Where(t => t > job.NextRunAt).Take(NextTimes - 1)] : next;
        var sink = job.SinkJson is null ? await DefaultSinks.FindTargetAsync(projectId, token) : null;
        return new Reading(job, times, hasJitter, await JobRuns.ListAsync(projectId, id, PageSize, cursor, token), sink);
    }

    private void Apply(Reading? reading)
    {
        if (IsGone(reading, "job"))
        {
            return;
        }

        _reading = reading;
    }

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("ddd yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
