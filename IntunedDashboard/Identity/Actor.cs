using System.Security.Claims;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Identity;

/// <summary>Ordered: each role may do what the ones before it may.</summary>
public enum Role
{
    Viewer,
    Operator,
    Developer,
    Admin,
}

/// <summary>
/// Who asks: a person, an API key or the platform itself. Commands take it first and check it. A REST handler gets it as a
/// parameter; a page asks <see cref="CurrentActor"/>.
/// </summary>
public sealed record Actor(string Id, string Name, Role Role)
{
    public static Actor System { get; } = new("system", "IntunedDashboard", Role.Admin);

    /// <returns>Null for a visitor who is not signed in.</returns>
    public static Actor? Find(ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true
        && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
        && Enum.TryParse<Role>(user.FindFirstValue(ClaimTypes.Role), out var role)
            ? new Actor(id, user.Identity.Name ?? id, role)
            : null;

    /// <summary>Lets REST handlers take an actor as a parameter.</summary>
    public static ValueTask<Actor> BindAsync(HttpContext context) => new(From(context.User));

    /// <exception cref="RequestException">Nobody is signed in.</exception>
    public static Actor From(ClaimsPrincipal user) =>
        Find(user) ?? throw new RequestException(RequestFault.Unauthorized, "Sign in first.");

    public bool May(Role needed) => Role >= needed;

    /// <exception cref="RequestException">The role is too low.</exception>
    public void Require(Role needed)
    {
        if (!May(needed))
        {
            throw RequestException.Forbidden($"This needs the role {needed}; {Name} has the role {Role}.");
        }
    }
}
