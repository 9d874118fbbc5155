using IntunedDashboard.Identity;
using IntunedDashboard.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IntunedDashboard.Startup;

/// <summary>Tells the person at the console where to go once the server answers.</summary>
public sealed class Welcome(
    IServer server, FirstStart firstStart, ThisNode node, IHostApplicationLifetime lifetime, ILogger<Welcome> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Say);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Say()
    {
        var address = Openable(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "the configured address");
        if (node.Role == NodeRole.Worker)
        {
            logger.WorkerReady(address);
        }
        else if (firstStart.IsSetupNeeded)
        {
            logger.SetupNeeded(address, firstStart.Token);
        }
        else
        {
            logger.Ready(address);
        }
    }

    /// <summary>"Any address" is no place a browser can go to.</summary>
    private static string Openable(string address) => address
        .Replace("//[::]", "//localhost", StringComparison.Ordinal)
        .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)
        .Replace("//+", "//localhost", StringComparison.Ordinal)
        .Replace("//*", "//localhost", StringComparison.Ordinal);
}
