using IntunedDashboard.AuthSessions;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Runs.Pages;

public sealed partial class RunsPage
{
    private const int PageSize = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly RunListState _state = new();
    private RunListAddress _query = new();
    private RunListAddress? _shown;
    private IReadOnlyList<string> _apis = [];
    private IReadOnlyList<string> _sessions = [];
    private bool _isReading;

    [Inject]
    public required IRunQueries Runs { get; init; }

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery]
    public string? Type { get; set; }

    [SupplyParameterFromQuery]
    public string? Api { get; set; }

    [SupplyParameterFromQuery]
    public string? Session { get; set; }

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
        _query = RunListAddress.Parse(Status, Type, Api, Session, Since, From, To, Cursor);
        var url = _query.ToUrl(Name);
        if (_shown is not null && string.Equals(_shown.ToUrl(Name), url, StringComparison.Ordinal))
        {
            return;
        }

        if (_shown is null)
        {
            await LoadChoicesAsync(project);
        }

        _shown = _query;
        _state.Reset();
        await ListenAsync(project);
    }

    private Task ListenAsync(Project project)
    {
        var query = _query;
        return Watch("list", [LiveTopics.Runs(project.Id)], Interval,
            token => RunListState.ReadAsync(
                Runs, project.Id, query.ToFilter(Time.GetUtcNow()), PageSize, query.Cursor, _state.Hold(_isReading), token),
            _state.Apply);
    }

    private async Task LoadChoicesAsync(Project project)
    {
        _sessions = (await Sessions.ListAsync(project.Id, Lifetime)).Select(s => s.Id).ToList();
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

    private async Task ReadingChanged(string? value)
    {
        _isReading = value == "reading";
        if (!_isReading && _state.NewCount > 0)
        {
            await ShowNew();
        }
    }

    private Task ShowNew()
    {
        _isReading = false;
        return Project is null ? Task.CompletedTask : ListenAsync(Project);
    }

    private void CloseSheet(bool open) => Navigation.NavigateTo(_query.ToUrl(Name), replace: true);
}
