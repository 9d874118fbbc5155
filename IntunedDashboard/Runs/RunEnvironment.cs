using IntunedDashboard.Http;

namespace IntunedDashboard.Runs;

/// <summary>The process environment that automations see.</summary>
public sealed class RunEnvironment(LocalAddress address)
{
    /// <summary>Where the dashboard that runs an automation answers on its machine.</summary>
    public const string DashboardUrl = "INTUNED_DASHBOARD_URL";

    public IReadOnlyDictionary<string, string> Variables => address.Find() is { } url
        ? new Dictionary<string, string>(StringComparer.Ordinal) { [DashboardUrl] = url }
        : new Dictionary<string, string>(StringComparer.Ordinal);
}
