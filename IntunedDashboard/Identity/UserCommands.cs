using System.Net.Mail;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Identity;

/// <param name="Password">Made by the platform and shown to the admin once; the person should change it.</param>
public sealed record UserCreated(string Email, string Password);

/// <summary>
/// What admins do with other people's accounts. Nobody changes their own, so at least one admin is always left. A change ends what the
/// person has open within a minute.
/// </summary>
public sealed class UserCommands(IServiceScopeFactory scopes, TimeProvider time, ILogger<UserCommands> logger)
{
    private const int PasswordLength = 20;

    // Two admins who take each other's role away at once would leave none.
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    /// <summary>Disabling is a lock-out that never ends; the one after wrong passwords does.</summary>
    public static bool IsDisabled(DashboardUser user) => user.LockoutEnd == DateTimeOffset.MaxValue;

    /// <exception cref="RequestException">The email is no address or has an account already.</exception>
    public async Task<UserCreated> AddAsync(Actor actor, string email, Role role, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        if (!MailAddress.TryCreate(email, out _) || email.Any(char.IsWhiteSpace))
        {
            throw RequestException.Invalid("email", "Enter an email address.");
        }

        if (!Enum.IsDefined(role))
        {
            throw RequestException.Invalid("role", $"Choose one of {string.Join(", ", Enum.GetNames<Role>())}.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>();
        var password = Ids.NewSecret(PasswordLength);
        var user = new DashboardUser { UserName = email, Email = email, EmailConfirmed = true, Role = role, CreatedAt = time.GetUtcNow() };
        Check(await users.CreateAsync(user, password));
        logger.UserAdded(user.Id, role, actor.Id);
        return new UserCreated(email, password);
    }

    public Task SetRoleAsync(Actor actor, string id, Role role, CancellationToken cancellationToken) =>
        ChangeAsync(actor, id, async (users, user) =>
        {
            if (!Enum.IsDefined(role))
            {
                throw RequestException.Invalid("role", $"Choose one of {string.Join(", ", Enum.GetNames<Role>())}.");
            }

            user.Role = role;
            Check(await users.UpdateAsync(user));
            logger.UserRoleChanged(id, role, actor.Id);
        }, cancellationToken);

    /// <summary>API keys that the person made go on working: they are revoked on their own page.</summary>
    public Task SetDisabledAsync(Actor actor, string id, bool isDisabled, CancellationToken cancellationToken) =>
        ChangeAsync(actor, id, async (users, user) =>
        {
            Check(await users.SetLockoutEnabledAsync(user, true));
            Check(await users.SetLockoutEndDateAsync(user, isDisabled ? DateTimeOffset.MaxValue : null));
            logger.UserDisabled(id, isDisabled, actor.Id);
        }, cancellationToken);

    /// <returns>A new password, which is shown once.</returns>
    public async Task<string> ResetPasswordAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        var password = Ids.NewSecret(PasswordLength);
        await ChangeAsync(actor, id, async (users, user) =>
        {
            Check(await users.RemovePasswordAsync(user));
            Check(await users.AddPasswordAsync(user, password));
            logger.UserPasswordReset(id, actor.Id);
        }, cancellationToken);
        return password;
    }

    private async Task ChangeAsync(
        Actor actor, string id, Func<UserManager<DashboardUser>, DashboardUser, Task> change, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        if (id == actor.Id)
        {
            throw RequestException.Conflict("Nobody changes their own account here: ask another admin.");
        }

        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>();
            var isAdminStill = await users.Users.AsNoTracking()
                .AnyAsync(u => u.Id == actor.Id && u.Role == Role.Admin, cancellationToken);
            if (!isAdminStill && actor != Actor.System)
            {
                throw RequestException.Forbidden($"{actor.Name} is no admin any more.");
            }

            var user = await users.FindByIdAsync(id) ?? throw RequestException.NotFound("The account");
            await change(users, user);

            // Cookies and open pages carry the stamp; with another one they end.
            Check(await users.UpdateSecurityStampAsync(user));
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw RequestException.Invalid([.. result.Errors.Select(e => new FieldFault("email", e.Description)).Take(1)]);
        }
    }
}
