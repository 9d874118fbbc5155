using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Architecture;

/// <summary>Walks the addresses of the running product: none is open unless it is named here.</summary>
public sealed class RouteTableTests(AppHost host) : IClassFixture<AppHost>
{
    /// <summary>Addresses for everybody. Static files and the sample site, whose addresses come from files, are told by their prefix.</summary>
    private static readonly string[] Anonymous =
    [
        "/account/login", "/account/denied", "/setup", "/fault/{Status:int}", "/health/live", "/health/ready", "/api/v1/openapi.json",
        // Signed links that end after an hour.
        "/job-run-results/{token}",
        // Opens with the signature in its address only.
        "/files/{token}/{fileName}",
        // Links for end users, which belong to the browser that opened them first.
        "/connect/{token}/", "/connect/{token}/claim", "/connect/{token}/stream",
        // For other nodes, which show a call that only they can make.
        "/node/runs/{runId}/live", "/node/take-overs/", "/node/take-overs/of/{requestId}", "/node/take-overs/{id}/check", "/node/take-overs/{id}/end", "/node/take-overs/{id}/stream",
    ];

    private static readonly string[] AnonymousPrefixes =
        ["css/", "js/", "icons/", "_content/", "_framework/", "{**path:file}", "/_framework/", "/_blazor", "/sample-site"];

    [Fact]
    public void Every_address_asks_for_a_role_or_is_on_the_short_list()
    {
        var open = Endpoints()
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null || e.Metadata.GetMetadata<IAuthorizeData>() is null)
            .Select(e => e.RoutePattern.RawText ?? string.Empty)
            .Where(path => !Anonymous.Contains(path) && !AnonymousPrefixes.Any(p => path.StartsWith(p, StringComparison.Ordinal)));
        Findings.AssertNone(open.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_short_list_names_nothing_that_does_not_exist()
    {
        var known = Endpoints().Select(e => e.RoutePattern.RawText).ToHashSet(StringComparer.Ordinal);
        Findings.AssertNone(Anonymous.Where(path => !known.Contains(path)));
    }

    [Fact]
    public void Rest_addresses_that_change_something_ask_for_more_than_reading()
    {
        var weak =
            from endpoint in Endpoints()
            where endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"]
            where method is not ("GET" or "HEAD")
            where endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().All(a => a.Policy is null or "Viewer")
            select $"{method} {endpoint.RoutePattern.RawText}";
        Findings.AssertNone(weak);
    }

    private IEnumerable<RouteEndpoint> Endpoints() => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
}
