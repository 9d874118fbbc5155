using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Identity;

namespace IntunedDashboard.Identity;

/// <summary>What people do with their own account. Needs the HTTP response for its cookies, so only static pages use it.</summary>
public sealed class Accounts(
    UserManager<DashboardUser> users,
    SignInManager<DashboardUser> signIn,
    IPasswordHasher<DashboardUser> hasher,
    ILogger<Accounts> logger)
{
    // One check at a time: guesses sent at once would otherwise all be made before the first is counted.
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private static readonly DashboardUser Nobody = new();
    private static string? _hashOfNobody;

    /// <returns>Whether the person is signed in now. Nothing tells a wrong password, an unknown email and a lock-out apart.</returns>
    public async Task<bool> SignInAsync(string email, string password, bool remember, string address)
    {
        await OneAtATime.WaitAsync();
        try
        {
            if (await VerifyAsync(email, password) is { } user)
            {
                await signIn.SignInAsync(user, remember);
                logger.SignedIn(user.Id);
                return true;
            }
        }
        finally
        {
            OneAtATime.Release();
        }

        logger.SignInRefused(address);
        return false;
    }

    public Task SignInAsync(DashboardUser user) => signIn.SignInAsync(user, isPersistent: false);

    public Task SignOutAsync() => signIn.SignOutAsync();

    /// <summary>Other sessions of the person end within a minute; this one goes on.</summary>
    /// <exception cref="RequestException">The current password is wrong or the new one is not acceptable.</exception>
    public async Task ChangePasswordAsync(Actor actor, string current, string replacement)
    {
        var user = await users.FindByIdAsync(actor.Id) ?? throw RequestException.NotFound("The account");
        var result = await users.ChangePasswordAsync(user, current, replacement);
        if (!result.Succeeded)
        {
            throw RequestException.Invalid([.. result.Errors.Select(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch)
                ? new FieldFault("current", "This is not the current password.")
                : new FieldFault("password", e.Description))]);
        }

        await signIn.RefreshSignInAsync(user);
        logger.PasswordChanged(user.Id);
    }

    private async Task<DashboardUser?> VerifyAsync(string email, string password)
    {
        if (await users.FindByEmailAsync(email) is not { } user)
        {
            // An unknown email takes as long as a known one.
            _hashOfNobody ??= hasher.HashPassword(Nobody, Ids.NewSecret(22));
            hasher.VerifyHashedPassword(Nobody, _hashOfNobody, password);
            return null;
        }

        var isRight = await users.CheckPasswordAsync(user, password);
        if (await users.IsLockedOutAsync(user))
        {
            return null;
        }

        if (isRight)
        {
            await users.ResetAccessFailedCountAsync(user);
            return user;
        }

        await users.AccessFailedAsync(user);
        if (await users.IsLockedOutAsync(user) && user.LockoutEnd is { } until)
        {
            logger.LockedOut(user.Id, until);
        }

        return null;
    }
}
