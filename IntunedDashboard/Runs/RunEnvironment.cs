using IntunedDashboard.Http;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Variables;

namespace IntunedDashboard.Runs;

/// <param name="Secrets">The values that people set: they are redacted like credentials.</param>
public sealed record AttemptEnvironment(IReadOnlyDictionary<string, string> Variables, IReadOnlyCollection<string> Secrets);

/// <summary>What every attempt of a project gets: its process environment, and the proxy where session and Run name none.</summary>
public sealed class RunEnvironment(
    LocalAddress address, PublicAddress everywhere, ThisNode node, VariableQueries variables, SecretProtector protector)
{
    /// <summary>Where the dashboard that runs an automation answers on its machine.</summary>
    public const string DashboardUrl = "INTUNED_DASHBOARD_URL";

    /// <summary>Read for every attempt, so that a changed variable needs no new deployment.</summary>
    public async Task<AttemptEnvironment> ReadAsync(Project project, CancellationToken cancellationToken)
    {
        var set = await variables.OpenAsync(project, cancellationToken);
        var all = new Dictionary<string, string>(set, StringComparer.Ordinal);
        if (FindDashboard() is { } url)
        {
            all[DashboardUrl] = url;
        }

        return new AttemptEnvironment(all, set.Values.ToArray());
    }

    /// <summary>A Worker answers nobody; its automations ask where everybody does.</summary>
    private string? FindDashboard() => node.Role == NodeRole.Worker ? everywhere.Url : address.Find();

    /// <returns>The proxy of the project's settings file, or null.</returns>
    public ProxySettings? OpenProxy(DeployedProject project) => project.ProtectedProxy is { } stored
        ? ProxySettings.Parse(protector.Unprotect(Deployment.ProxyPurpose(project.DeploymentId), stored))
        : null;
}
