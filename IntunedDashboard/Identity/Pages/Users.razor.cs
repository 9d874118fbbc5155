using IntunedDashboard.Platform;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Identity.Pages;

public sealed partial class Users(
    UserQueries queries, UserCommands commands, CurrentActor current, CommandGuard guard, Toasts toasts) : IDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private IReadOnlyList<UserView>? _users;
    private Actor? _actor;
    private UserCreated? _secret;
    private RequestException? _fault;
    private ConfirmDialog _confirm = null!;
    private bool _isFormOpen;
    private bool _isBusy;
    private string _email = string.Empty;
    private Role _role;

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _actor = await current.GetAsync();
        await LoadAsync();
    }

    private async Task LoadAsync() => _users = await queries.ListAsync(_actor!, _lifetime.Token);

    private void OpenForm()
    {
        (_email, _role, _fault) = (string.Empty, Role.Operator, null);
        _isFormOpen = true;
    }

    private async Task AddAsync()
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        _fault = await guard.TryAsync(async token => _secret = await commands.AddAsync(await current.GetAsync(), _email.Trim(), _role, token));
        _isBusy = false;
        if (_fault is null)
        {
            _isFormOpen = false;
            await LoadAsync();
        }
    }

    private async Task SetRoleAsync(UserView user, ChangeEventArgs args)
    {
        if (Enum.TryParse<Role>(args.Value as string, out var role)
            && await guard.DoAsync(async token => await commands.SetRoleAsync(await current.GetAsync(), user.Id, role, token)))
        {
            toasts.Done($"{user.Email} has the role {role} now.");
        }

        await LoadAsync();
    }

    private async Task SetDisabledAsync(UserView user)
    {
        if (!user.IsDisabled && !await _confirm.AskAsync(new ConfirmDialog.Question(
            "Disable this account?", $"{user.Email} is signed out within a minute and cannot sign in again. API keys go on working.", "Disable")))
        {
            return;
        }

        if (await guard.DoAsync(async token => await commands.SetDisabledAsync(await current.GetAsync(), user.Id, !user.IsDisabled, token)))
        {
            toasts.Done($"{user.Email} is {(user.IsDisabled ? "enabled" : "disabled")}.");
        }

        await LoadAsync();
    }

    private async Task ResetAsync(UserView user)
    {
        if (await _confirm.AskAsync(new ConfirmDialog.Question(
            "Make a new password?", $"The old one of {user.Email} stops working, and what is open ends within a minute.", "New password")))
        {
            await guard.DoAsync(async token =>
                _secret = new UserCreated(user.Email, await commands.ResetPasswordAsync(await current.GetAsync(), user.Id, token)));
        }
    }
}
