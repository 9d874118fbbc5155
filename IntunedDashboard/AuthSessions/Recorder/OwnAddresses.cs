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

    /// <summary>Whether it is a page of this product that is not for everybody, as far as its name tells.</summary>
    public bool Includes(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page)
        && !page.AbsolutePath.StartsWith(SampleSite + "/", StringComparison.Ordinal) && page.AbsolutePath != SampleSite
        && All.Any(o => o.Port == page.Port && (o.Host.Equals(page.Host, StringComparison.OrdinalIgnoreCase) || (o.IsLoopback && page.IsLoopback)));
}
