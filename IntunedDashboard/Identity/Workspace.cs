namespace IntunedDashboard.Identity;

/// <summary>The installation's one workspace. Its id is part of every REST address.</summary>
public sealed class Workspace
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
