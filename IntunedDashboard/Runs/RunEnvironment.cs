namespace IntunedDashboard.Runs;

/// <summary>The process environment that automations see.</summary>
public sealed class RunEnvironment
{
    public IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
