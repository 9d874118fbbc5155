using IntunedDashboard.AuthSessions;
using IntunedDashboard.Identity;
using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>Makes a Job or replaces what one says, as fields or as JSON; both save by the command that REST uses.</summary>
public sealed partial class JobFormPage
{
    private const string JsonView = "json";

    private readonly JobFormDraft _draft = new();
    private JobForm? _form;
    private ConfirmDialog? _confirm;
    private (Guid Project, string? Job)? _filled;
    private string? _defaultTarget;
    private string? _readOnly;
    private string? _refused;
    private string? _fault;
    private int _round;
    private bool _wasJson;
    private bool? _focusesJson;
    private bool _importing;
    private bool _isDirty;
    private bool _busy;

    [Inject]
    public required IJobQueries Jobs { get; init; }

    [Inject]
    public required IJobCommands Commands { get; init; }

    [Inject]
    public required IAuthSessionQueries Sessions { get; init; }

    [Inject]
    public required CodeJobFiles Files { get; init; }

    [Inject]
    public required DefaultSinks DefaultSinks { get; init; }

    /// <summary>Null for a new one.</summary>
    [Parameter]
    public string? JobId { get; set; }

    [SupplyParameterFromQuery(Name = "view")]
    public string? View { get; set; }

    private bool IsJson => View == JsonView;

    private string Here(string? view) => Urls.WithQuery(JobId is null ? Urls.NewJob(Name) : Urls.EditJob(Name, JobId), [("view", view)]);

    protected override async Task OnProjectAsync(Project project)
    {
        if (_filled != (project.Id, JobId))
        {
            _filled = (project.Id, JobId);
            await FillAsync(project);
        }

        if (_form is not null && IsJson && !_wasJson && !_draft.IsChanged)
        {
            _draft.Show(_form);
        }

        _wasJson = IsJson;
    }

    private async Task FillAsync(Project project)
    {
        try
        {
            (_form, _isDirty, _refused, _fault) = (null, false, null, null);
            var deployed = await Projects.GetDeployedAsync(project.Id, Lifetime);
            var sessions = await Sessions.ListAsync(project.Id, Lifetime);
            var job = JobId is null ? null : await Jobs.FindAsync(project.Id, JobId, Lifetime);
            if (JobId is not null && job is null)
            {
                Navigation.NotFound();
                return;
            }

            var form = new JobForm(deployed.Manifest, [.. sessions.Select(s => s.Id)], job);
            if (job is not null)
            {
                var rows = new List<PayloadRow>(job.PayloadCount);
                await foreach (var item in Jobs.ReadPayloadAsync(job.Key, Lifetime))
                {
                    rows.Add(PayloadRow.From(item));
                }

                form.Payload.Replace(rows);
            }

            form.Changed += (_, _) => Renew();
            _draft.Show(form);
            (_form, _readOnly, _defaultTarget) = (form, await FindObstacleAsync(deployed, job), await DefaultSinks.FindTargetAsync(project.Id, Lifetime));
        }
        catch (RequestException refusal)
        {
            _refused = refusal.Message;
        }
    }

    /// <returns>Why nothing can be changed here, or null.</returns>
    private async Task<string?> FindObstacleAsync(DeployedProject deployed, JobView? job) => job switch
    {
        { Origin: JobOrigin.Code } => $"This Job is defined by {await Files.FindAsync(deployed, job.Id, Lifetime) ?? "a file of the project"}: change it there and deploy again.",
        _ when !May(Role.Developer) => "Only developers and admins change Jobs.",
        _ => null,
    };

    private void Renew()
    {
        _isDirty = _readOnly is null;
        StateHasChanged();
    }

    private async Task SaveAsync()
    {
        if (_busy || _form is not { } form || _readOnly is not null)
        {
            return;
        }

        _fault = null;
        if (_draft.IsChanged && !_draft.TryApply(form))
        {
            Fail("The JSON has faults; nothing was saved.", JsonView);
            return;
        }

        if (!form.Check())
        {
            Fail("Some fields are not right; nothing was saved.", view: null);
            return;
        }

        _busy = true;
        StateHasChanged();
        var refusal = await Guard.TryAsync(token => SaveAsync(form, token));
        _busy = false;
        if (refusal is null)
        {
            _isDirty = false;
            var id = form.Job?.Id ?? form.Id;
            Toasts.Done(form.Job is null ? $"Created Job {id}." : $"Saved Job {id}.");
            Navigation.NavigateTo(Urls.Job(Name, id));
            return;
        }

        form.Refuse(refusal.Fields);
        Fail(refusal.Fields.Count == 0 ? refusal.Message : "Some fields are not right; nothing was saved.", view: null);
    }

    private async Task SaveAsync(JobForm form, CancellationToken cancellationToken)
    {
        var actor = await CurrentActor.GetAsync();
        var definition = await Task.Run(() => JobBody.Read(form.Head(), form.Payload.Rows), cancellationToken);
        if (form.Job is { } job)
        {
            await Commands.UpdateAsync(actor, Project!.Id, job.Id, definition, cancellationToken);
        }
        else
        {
            await Commands.CreateAsync(actor, Project!.Id, form.Id, definition, cancellationToken);
        }
    }

    /// <summary>Shows the view with the faults and puts the focus on the first one.</summary>
    private void Fail(string fault, string? view)
    {
        _fault = fault;
        if (IsJson == (view == JsonView))
        {
            _round++;
            return;
        }

        _focusesJson = !IsJson;
        Navigation.NavigateTo(Here(view));
    }

    /// <summary>Arriving at a view puts the focus on the heading; the fault's turn is after that.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (_focusesJson is { } wanted && IsJson == wanted && _wasJson == wanted)
        {
            _focusesJson = null;
            await Task.Yield();
            _round++;
            StateHasChanged();
        }
    }

    private async Task BeforeLeavingAsync(LocationChangingContext leaving)
    {
        var target = Navigation.ToAbsoluteUri(leaving.TargetLocation).AbsolutePath;
        if (!_isDirty || target == Navigation.ToAbsoluteUri(Here(null)).AbsolutePath)
        {
            return;
        }

        var question = new ConfirmDialog.Question("Leave without saving?", "What was changed here is lost then.", "Leave");
        if (_confirm is null || !await _confirm.AskAsync(question))
        {
            leaving.PreventNavigation();
        }
    }
}
