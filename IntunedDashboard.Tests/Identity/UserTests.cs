using System.Net;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Identity;

public sealed class UserTests(AppHost host) : IClassFixture<AppHost>
{
    private UserCommands Commands => host.Services.GetRequiredService<UserCommands>();

    [Fact]
    public async Task A_person_is_added_gets_another_role_and_is_disabled_and_enabled()
    {
        var created = await Commands.AddAsync(Actor.System, "new.person@example.test", Role.Viewer, default);
        Assert.True(await CanSignInAsync(created.Password));
        var user = await FindAsync();
        Assert.Equal((Role.Viewer, false), (user.Role, user.IsDisabled));

        await Commands.SetRoleAsync(Actor.System, user.Id, Role.Developer, default);
        Assert.Equal(Role.Developer, (await FindAsync()).Role);

        await Commands.SetDisabledAsync(Actor.System, user.Id, isDisabled: true, default);
        Assert.True((await FindAsync()).IsDisabled);
        Assert.False(await CanSignInAsync(created.Password));

        await Commands.SetDisabledAsync(Actor.System, user.Id, isDisabled: false, default);
        Assert.True(await CanSignInAsync(created.Password));

        var password = await Commands.ResetPasswordAsync(Actor.System, user.Id, default);
        Assert.False(await CanSignInAsync(created.Password));
        Assert.True(await CanSignInAsync(password));
        Assert.DoesNotContain(password, host.Log, StringComparison.Ordinal);

        async Task<UserView> FindAsync() => (await host.Services.GetRequiredService<UserQueries>().ListAsync(Actor.System, default))
            .Single(u => u.Email == "new.person@example.test");
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("")]
    [InlineData(AppHost.AdminEmail)]
    public async Task An_email_that_cannot_be_used_is_refused(string email)
    {
        var refusal = await Assert.ThrowsAsync<RequestException>(() => Commands.AddAsync(Actor.System, email, Role.Viewer, default));
        Assert.Equal("email", refusal.Fields[0].Path);
    }

    [Fact]
    public async Task Nobody_changes_their_own_account_and_only_admins_change_others()
    {
        var users = await host.Services.GetRequiredService<UserQueries>().ListAsync(Actor.System, default);
        var admin = users.Single(u => u.Email == AppHost.AdminEmail);
        var self = new Actor(admin.Id, admin.Email, Role.Admin);
        Assert.Equal(RequestFault.Conflict, (await Assert.ThrowsAsync<RequestException>(() => Commands.SetRoleAsync(self, admin.Id, Role.Viewer, default))).Fault);

        var developer = new Actor("x", "developer", Role.Developer);
        Assert.Equal(RequestFault.Forbidden, (await Assert.ThrowsAsync<RequestException>(() => Commands.SetDisabledAsync(developer, admin.Id, true, default))).Fault);

        // Who was an admin when the page was opened may be none by now.
        var former = new Actor("gone", "former admin", Role.Admin);
        Assert.Equal(RequestFault.Forbidden, (await Assert.ThrowsAsync<RequestException>(() => Commands.SetDisabledAsync(former, admin.Id, true, default))).Fault);
    }

    private async Task<bool> CanSignInAsync(string password)
    {
        using var client = host.CreateAnonymousClient();
        using var response = await AccountForms.SignInAsync(client, "new.person@example.test", password);
        return response.StatusCode == HttpStatusCode.Redirect;
    }
}
