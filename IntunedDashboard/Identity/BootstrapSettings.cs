namespace IntunedDashboard.Identity;

/// <summary>Section <c>Bootstrap</c>: what an unattended first start needs. Ignored as soon as a user exists.</summary>
public sealed record BootstrapSettings
{
    public string? AdminEmail { get; init; }

    public string? AdminPassword { get; init; }

    public Guid? WorkspaceId { get; init; }

    public string? ApiKey { get; init; }
}
