using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.AuthSessions.Pages;

public sealed partial class AuthSessionsPage
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private IReadOnlyList<AuthSessionRow>? _rows;
    private Guid? _shown;
    private bool _isEnabled = true;

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    /// <summary>Opens the sheet for a new session.</summary>
    [SupplyParameterFromQuery]
    public string? New { get; set; }

    /// <summary>Opens the sheet that updates this session.</summary>
    [SupplyParameterFromQuery(Name = "update")]
    public string? UpdateId { get; set; }

    /// <summary>Opens the progress of this Run.</summary>
    [SupplyParameterFromQuery]
    public string? Operation { get; set; }

    protected override async Task OnProjectAsync(Project project)
    {
        if (_shown == project.Id)
        {
            return;
        }

        (_shown, _rows) = (project.Id, null);
        await Watch("list", [LiveTopics.AuthSessions(project.Id), LiveTopics.Project(project.Id)], Interval,
            async token => (await Sessions.ListAsync(project.Id, token), await IsEnabledAsync(project.Id, token)),
            reading =>
            {
                _isEnabled = reading.Item2;
                _rows = reading.Item1
                    .OrderBy(r => AuthSessionVocabulary.Of(r.Status).Order)
                    .ThenBy(r => r.Id, StringComparer.Ordinal)
                    .ToList();
            });
    }

    private async Task<bool> IsEnabledAsync(Guid projectId, CancellationToken token)
    {
        try
        {
            return (await Projects.GetDeployedAsync(projectId, token)).Manifest.Settings.AuthSessionsEnabled;
        }
        catch (RequestException)
        {
            // Nothing is deployed yet.
            return false;
        }
    }

    private void CloseSheet() => Navigation.NavigateTo(Urls.AuthSessions(Name), replace: true);
}
