using IntunedDashboard.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Every address under which this product answers, as far as it knows.</summary>
public sealed class OwnAddresses(IServer server, LocalAddress local, IConfiguration configuration)
{
    /// <summary>The one part of this product that is a site for everybody.</summary>
    public const string SampleSite = "/sample-site";

    public IReadOnlyList<Uri> All
    {
        get
        {
            var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            return [.. listening.Append(local.Find()).Append(configuration[PublicAddress.Setting])
                .Select(address => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null).OfType<Uri>()];
        }
    }
}
