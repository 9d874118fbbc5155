using IntunedDashboard.Http;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Variables;

namespace IntunedDashboard.Runs;

/// <param name="Secrets">The values that people set: they are redacted like credentials.</param>
public sealed record AttemptEnvironment(IReadOnlyDictionary<string, string> Variables, IReadOnlyCollection<string> Secrets);

/// <summary>The process environment that automations see.</summary>
public sealed class RunEnvironment(LocalAddress address, VariableQueries variables)
{
    /// <summary>Where the dashboard that runs an automation answers on its machine.</summary>
    public const string DashboardUrl = "INTUNED_DASHBOARD_URL";

    /// <summary>Read for every attempt, so that a changed variable needs no new deployment.</summary>
    public async Task<AttemptEnvironment> ReadAsync(Project project, CancellationToken cancellationToken)
    {
        var set = await variables.OpenAsync(project, cancellationToken);
        var all = new Dictionary<string, string>(set, StringComparer.Ordinal);
        if (address.Find() is { } url)
        {
            all[DashboardUrl] = url;
        }

        return new AttemptEnvironment(all, set.Values.ToArray());
    }
}
