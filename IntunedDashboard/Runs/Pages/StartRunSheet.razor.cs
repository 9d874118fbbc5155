using IntunedDashboard.AuthSessions;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Runs.Pages;

public sealed partial class StartRunSheet : IDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private StartRunForm? _form;
    private JsonEditor? _editor;
    private RequestException? _fault;
    private string? _refused;
    private string? _taken;
    private Guid _deploymentId;
    private bool _isOpen;
    private bool _busy;

    [Inject]
    public required IRunQueries Runs { get; init; }

    [Inject]
    public required IRunCommands Commands { get; init; }

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Inject]
    public required ProjectQueries Projects { get; init; }

    [Inject]
    public required CurrentActor CurrentActor { get; init; }

    [Inject]
    public required CommandGuard Guard { get; init; }

    [Inject]
    public required Toasts Toasts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    [EditorRequired]
    public required Project Project { get; set; }

    [Parameter]
    public bool Open { get; set; }

    [Parameter]
    public EventCallback<bool> OpenChanged { get; set; }

    /// <summary>The Run whose input fills the form.</summary>
    [Parameter]
    public string? Again { get; set; }

    private string? SessionFault => FaultOf("authSession") ?? FaultOf("authSession.id");

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var opened = Open && !_isOpen;
        _isOpen = Open;
        if (opened)
        {
            await FillAsync();
        }
    }

    /// <summary>What was typed before stays, unless the project was deployed anew or another Run is to be repeated.</summary>
    private async Task FillAsync()
    {
        try
        {
            _refused = null;
            var deployed = await Projects.GetDeployedAsync(Project.Id, _lifetime.Token);
            var sessions = await Sessions.ListAsync(Project.Id, _lifetime.Token);
            if (_form is not null && _deploymentId == deployed.DeploymentId && (Again is null || Again == _taken))
            {
                _form.Renew(sessions);
                return;
            }

            var form = new StartRunForm(deployed.Manifest, sessions);
            if (Again is not null && await Runs.FindAsync(Project.Id, Again, _lifetime.Token) is { } run)
            {
                form.Take(run);
            }

            (_form, _deploymentId, _taken) = (form, deployed.DeploymentId, Again);
        }
        catch (RequestException refusal)
        {
            _refused = refusal.Message;
        }
    }

    private async Task StartAsync()
    {
        if (_busy || _form is null)
        {
            return;
        }

        _fault = null;
        if (_editor is not null && !await _editor.CheckAsync())
        {
            return;
        }

        if (_form.SessionType == AuthSessionType.Runtime && !_form.Credentials.IsValid())
        {
            return;
        }

        _busy = true;
        string? started = null;
        _fault = await Guard.TryAsync(async token =>
            started = await Commands.StartAsync(await CurrentActor.GetAsync(), Project.Id, _form.Build(), token));
        _busy = false;
        if (started is not null)
        {
            Toasts.Done($"Started {_form.Api}.", Urls.Runs(Project.Name), "All Runs");
            Navigation.NavigateTo(Urls.Run(Project.Name, started));
        }
    }

    private string? FaultOf(string path) => _fault?.Fields.FirstOrDefault(f => f.Path == path)?.Message;
}
