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

/// <summary>Who asks: a person, an API key or the platform itself. Commands take it first and check it.</summary>
public sealed record Actor(string Id, string Name, Role Role)
{
    public static Actor System { get; } = new("system", "IntunedDashboard", Role.Admin);

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
