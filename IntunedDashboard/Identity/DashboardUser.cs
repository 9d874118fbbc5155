using Microsoft.AspNetCore.Identity;

namespace IntunedDashboard.Identity;

/// <summary>A person with an account. One role each, kept here rather than in a role table.</summary>
public sealed class DashboardUser : IdentityUser
{
    public Role Role { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
