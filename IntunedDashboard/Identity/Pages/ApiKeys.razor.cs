using IntunedDashboard.Platform;
using IntunedDashboard.Ui.Shared;

namespace IntunedDashboard.Identity.Pages;

public sealed partial class ApiKeys(
    ApiKeyQueries queries, ApiKeyCommands commands, WorkspaceQueries workspaces, CurrentActor current, Toasts toasts, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private IReadOnlyList<ApiKeyView>? _keys;
    private IReadOnlyList<FieldFault> _faults = [];
    private Guid? _workspace;
    private ApiKeyCreated? _created;
    private ConfirmDialog _confirm = null!;
    private bool _isFormOpen;
    private bool _isBusy;
    private string _name = string.Empty;
    private Role _role;
    private int _days;

    private TimeProvider Time => time;

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _workspace = await workspaces.GetIdAsync(_lifetime.Token);
        await LoadAsync();
    }

    private async Task LoadAsync() => _keys = await queries.ListAsync(_lifetime.Token);

    private void OpenForm()
    {
        (_name, _role, _days, _faults) = (string.Empty, Role.Operator, 90, []);
        _isFormOpen = true;
    }

    private string? FaultOf(string path) => _faults.FirstOrDefault(f => f.Path == path)?.Message;

    private async Task CreateAsync()
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        try
        {
            DateTimeOffset? expires = _days == 0 ? null : time.GetUtcNow().AddDays(_days);
            _created = await commands.CreateAsync(await current.GetAsync(), new CreateApiKey(_name, _role, expires), CancellationToken.None);
            _isFormOpen = false;
            await LoadAsync();
        }
        catch (RequestException refusal) when (refusal.Fields.Count > 0)
        {
            _faults = refusal.Fields;
        }
        finally
        {
            _isBusy = false;
        }
    }

    private async Task RevokeAsync(ApiKeyView key)
    {
        var sure = await _confirm.AskAsync(new ConfirmDialog.Question(
            "Revoke this API key?", $"Programs that use {key.Name} are refused from now on. This cannot be undone.", "Revoke"));
        if (!sure)
        {
            return;
        }

        await commands.RevokeAsync(await current.GetAsync(), key.Id, CancellationToken.None);
        toasts.Done($"{key.Name} is revoked.");
        await LoadAsync();
    }
}
