using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.AuthSessions.Pages;

/// <summary>New AuthSession and Update; once saved, the progress of the Run that logs in. The address says which of them is open.</summary>
public sealed partial class AuthSessionSheet : IDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private AuthSessionForm? _form;
    private RunDetail? _ended;
    private RequestException? _fault;
    private string? _refused;
    private (bool IsNew, string? Update, string? Operation) _opened;
    private Guid _deploymentId;
    private bool _busy;

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Inject]
    public required IAuthSessionCommands Commands { get; init; }

    [Inject]
    public required ProjectQueries Projects { get; init; }

    [Inject]
    public required CurrentActor CurrentActor { get; init; }

    [Inject]
    public required CommandGuard Guard { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    [EditorRequired]
    public required Project Project { get; set; }

    [Parameter]
    public bool IsNew { get; set; }

    /// <summary>The id of the session to update.</summary>
    [Parameter]
    public string? Update { get; set; }

    /// <summary>The Run whose progress is shown.</summary>
    [Parameter]
    public string? Operation { get; set; }

    /// <summary>The address of the page the sheet stands on; null for that of the AuthSessions.</summary>
    [Parameter]
    public string? Page { get; set; }

    [Parameter]
    public EventCallback Closed { get; set; }

    private bool IsOpen => IsNew || Update is not null || Operation is not null;

    private string Title => this switch
    {
        { Operation: not null } => _ended?.Row.AuthSessionId ?? "AuthSession",
        { Update: not null } => $"Update {Update}",
        _ => "New AuthSession",
    };

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var now = (IsNew, Update, Operation);
        if (_opened == now)
        {
            return;
        }

        if (_opened.Operation != Operation)
        {
            _ended = null;
        }

        _opened = now;
        if (Operation is null && (IsNew || Update is not null))
        {
            await FillAsync();
        }
    }

    /// <summary>What was typed before stays when the same form is opened again.</summary>
    private async Task FillAsync()
    {
        _refused = null;
        try
        {
            var update = Update;
            var deployed = await Projects.GetDeployedAsync(Project.Id, _lifetime.Token);
            if (_form is not null && _deploymentId == deployed.DeploymentId && _form.Session?.Id == update)
            {
                return;
            }

            var session = update is null
                ? null
                : await Sessions.FindAsync(Project.Id, update, _lifetime.Token) ?? throw RequestException.NotFound($"AuthSession {update}");
            (_form, _deploymentId, _fault) = (new AuthSessionForm(deployed.Manifest, session), deployed.DeploymentId, null);
        }
        catch (RequestException refusal)
        {
            _refused = refusal.Message;
        }
    }

    private async Task SaveAsync()
    {
        if (_busy || _form is null)
        {
            return;
        }

        _fault = null;
        if (!_form.IsValid())
        {
            return;
        }

        _busy = true;
        AuthSessionOperationStarted? started = null;
        var form = _form;
        _fault = await Guard.TryAsync(async token =>
        {
            var actor = await CurrentActor.GetAsync();
            started = form.Session is null
                ? await Commands.CreateAsync(actor, Project.Id, form.Build(), token)
                : await Commands.UpdateAsync(actor, Project.Id, form.Session.Id, form.Build(), token);
        });
        _busy = false;
        if (started is not null)
        {
            // Credentials do not stay in memory longer than they are needed.
            _form = null;
            Navigation.NavigateTo(Address("operation", started.RunId), replace: true);
        }
    }

    private string Address(string name, string value) => Urls.WithQuery(Page ?? Urls.AuthSessions(Project.Name), [(name, value)]);

    private Task ClosedAsync() => Closed.InvokeAsync();

    private string? FaultOf(string path) => _fault?.Fields.FirstOrDefault(f => f.Path == path)?.Message;
}
