using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace IntunedDashboard.Identity;

/// <summary>One policy for each <see cref="Role"/>: the caller has that role or a higher one.</summary>
public static class Policies
{
    public const string Viewer = nameof(Role.Viewer);
    public const string Operator = nameof(Role.Operator);
    public const string Developer = nameof(Role.Developer);
    public const string Admin = nameof(Role.Admin);

    public static void Configure(AuthorizationOptions options)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            options.AddPolicy(role.ToString(), policy => policy
                .RequireAuthenticatedUser()
                .RequireAssertion(context => Has(context.User, role)));
        }

        // Deny by default: what says nothing needs an account.
        options.DefaultPolicy = options.GetPolicy(Viewer)!;
        options.FallbackPolicy = options.DefaultPolicy;
    }

    private static bool Has(ClaimsPrincipal user, Role needed) => Actor.Find(user)?.May(needed) == true;
}
