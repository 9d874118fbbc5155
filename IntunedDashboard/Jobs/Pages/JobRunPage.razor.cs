using System.Globalization;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Pages;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Jobs.Pages;

public sealed partial class JobRunPage
{
    private const int MostFailed = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private RunListAddress _query = new();
    private Reading? _reading;
    private (Guid Project, string Job, string JobRun, int? Failed)? _shown;

    [Inject]
    public required IJobQueries Jobs { get; init; }

    [Inject]
    public required IJobRunQueries JobRuns { get; init; }

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Parameter]
    public required string JobId { get; set; }

    [Parameter]
    public required string JobRunId { get; set; }

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery]
    public string? Type { get; set; }

    [SupplyParameterFromQuery]
    public string? Api { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    /// <summary>Where older failed items begin.</summary>
    [SupplyParameterFromQuery]
    public int? Failed { get; set; }

    /// <summary>Opens the sheet that updates this session.</summary>
    [SupplyParameterFromQuery(Name = "update")]
    public string? UpdateId { get; set; }

    /// <summary>Opens the progress of this login.</summary>
    [SupplyParameterFromQuery]
    public string? Operation { get; set; }

    /// <param name="Job">Null when it was deleted under the reader.</param>
    /// <param name="Session">The login the items need; null when they need none, or it is gone.</param>
    private sealed record Reading(
        JobRunView Run, JobView? Job, AuthSessionRow? Session, JobRunPace? Pace, FailedItems Failed, IReadOnlyList<string> Apis);

    private IReadOnlyList<Crumb> Crumbs => [.. Crumb.To(Name, "Jobs", Urls.Jobs(Name)), new(JobId, Urls.Job(Name, JobId))];

    private string? UpdateUrl => _reading?.Session is { } session ? Urls.WithQuery(_query.ToUrl(Name), [("update", session.Id)]) : null;

    protected override async Task OnProjectAsync(Project project)
    {
        _query = RunListAddress.Parse(Status, Type, Api, session: null, since: null, from: null, to: null, Cursor, JobId, JobRunId) with
        {
            Page = Urls.JobRun(Name, JobId, JobRunId),
        };
        var now = (project.Id, JobId, JobRunId, Failed);
        if (_shown == now)
        {
            return;
        }

        if (_shown?.JobRun != JobRunId)
        {
            _reading = null;
        }

        _shown = now;
        await Watch("jobrun", [LiveTopics.JobRun(JobRunId), LiveTopics.Jobs(project.Id), LiveTopics.AuthSessions(project.Id)], Interval,
            token => ReadAsync(now, token), Apply);
    }

    private async Task<Reading?> ReadAsync((Guid Project, string Job, string JobRun, int? Failed) what, CancellationToken token)
    {
        if (await Jobs.FindRunAsync(what.Project, what.Job, what.JobRun, token) is not { } run)
        {
            return null;
        }

        var failed = run.FailedCount == 0
            ? new FailedItems([], Next: null)
            : await JobRuns.ListFailedItemsAsync(run.Seq, MostFailed, what.Failed, token);
        var isAtWork = run.Status == JobRunStatus.Pending && !run.IsValidating && run.EndedCount > 0;
        var pace = isAtWork
            ? JobRunPace.Of(await JobRuns.ListLatestEndsAsync(run.Seq, JobRunPace.Sample, token), run.ResumedAt ?? run.StartedAt, Time.GetUtcNow())
            : null;
        var session = run.Options.AuthSession is { } needed ? await Sessions.FindAsync(what.Project, needed.Id, token) : null;
        var apis = _reading?.Apis ?? (await Projects.FindRowAsync(what.Project, token))?.Apis ?? [];
        return new Reading(run, await Jobs.FindAsync(what.Project, what.Job, token), session, pace, failed, apis);
    }

    private void Apply(Reading? reading)
    {
        if (IsGone(reading, "jobrun"))
        {
            return;
        }

        _reading = reading;
    }

    private string OlderFailedUrl(int before) =>
        Urls.WithQuery(_query.ToUrl(Name), [("failed", before.ToString(CultureInfo.InvariantCulture))]);

    private void CloseSheet() => Navigation.NavigateTo(_query.ToUrl(Name), replace: true);
}
