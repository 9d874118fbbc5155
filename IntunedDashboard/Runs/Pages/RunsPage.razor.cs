using IntunedDashboard.AuthSessions;
using IntunedDashboard.Jobs;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Runs.Pages;

public sealed partial class RunsPage
{
    private RunListAddress _query = new();
    private IReadOnlyList<string> _apis = [];
    private IReadOnlyList<string> _sessions = [];
    private IReadOnlyList<string> _jobs = [];
    private bool _ready;

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Inject]
    public required IJobQueries Jobs { get; init; }

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery]
    public string? Type { get; set; }

    [SupplyParameterFromQuery]
    public string? Api { get; set; }

    [SupplyParameterFromQuery]
    public string? Session { get; set; }

    [SupplyParameterFromQuery]
    public string? Job { get; set; }

    [SupplyParameterFromQuery]
    public string? JobRun { get; set; }

    [SupplyParameterFromQuery]
    public string? Since { get; set; }

    [SupplyParameterFromQuery]
    public string? From { get; set; }

    [SupplyParameterFromQuery]
    public string? To { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    /// <summary>Opens the sheet that starts a Run.</summary>
    [SupplyParameterFromQuery]
    public string? New { get; set; }

    /// <summary>The Run whose input fills that sheet.</summary>
    [SupplyParameterFromQuery]
    public string? Again { get; set; }

    private string NewUrl => Urls.WithQuery(_query.ToUrl(Name), [("new", "1")]);

    protected override async Task OnProjectAsync(Project project)
    {
        _query = RunListAddress.Parse(Status, Type, Api, Session, Since, From, To, Cursor, Job, JobRun);
        if (!_ready)
        {
            await LoadChoicesAsync(project);
            _ready = true;
        }
    }

    private async Task LoadChoicesAsync(Project project)
    {
        _sessions = (await Sessions.ListAsync(project.Id, Lifetime)).Select(s => s.Id).ToList();
        _jobs = (await Jobs.ListAsync(project.Id, Lifetime)).Select(j => j.Id).ToList();
        try
        {
            _apis = (await Projects.GetDeployedAsync(project.Id, Lifetime)).Manifest.Apis;
        }
        catch (RequestException)
        {
            // Nothing is deployed, so there is no API to filter by.
            _apis = [];
        }
    }

    private void CloseSheet(bool open) => Navigation.NavigateTo(_query.ToUrl(Name), replace: true);
}
