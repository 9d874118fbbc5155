using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Identity;

/// <summary>A person's account as admins see it.</summary>
/// <param name="IsDisabled">The person cannot sign in until an admin enables the account again.</param>
public sealed record UserView(string Id, string Email, Role Role, DateTimeOffset CreatedAt, bool IsDisabled);

public sealed class UserQueries(IDbContextFactory<AppDbContext> contexts)
{
    /// <returns>Everybody, by email.</returns>
    public async Task<IReadOnlyList<UserView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Role.Admin);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var users = await db.Users.AsNoTracking().OrderBy(u => u.Email).ToListAsync(cancellationToken);
        return users.Select(UserView (u) => new(u.Id, u.Email ?? u.Id, u.Role, u.CreatedAt, UserCommands.IsDisabled(u))).ToList();
    }
}
