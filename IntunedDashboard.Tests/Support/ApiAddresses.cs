using System.Text.RegularExpressions;
using IntunedDashboard.Http.Description;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Support;

/// <summary>One method at one address of the running product.</summary>
/// <param name="Pattern">Without constraints and without a slash at the end, such as <c>/api/v1/workspace/{workspaceId}/projects</c>.</param>
public sealed record ApiAddress(string Method, string Pattern, RouteEndpoint Endpoint)
{
    public bool IsRead => Method is "GET" or "HEAD";

    /// <summary>The address with a value, already encoded, for each parameter.</summary>
    public string Fill(Func<string, string> value) =>
        Regex.Replace(Pattern, @"\{\*{0,2}(?<name>\w+)\??\}", m => value(m.Groups["name"].Value), RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    public override string ToString() => $"{Method} {Pattern}";
}

/// <summary>What the product answers at, taken from its own route table, so that no address escapes a test that walks them all.</summary>
public static class ApiAddresses
{
    /// <summary>REST, without the description of itself.</summary>
    public static IReadOnlyList<ApiAddress> Rest(this AppHost host) =>
        [.. All(host).Where(a => a.Pattern.StartsWith("/api/", StringComparison.Ordinal) && a.Pattern != ApiDescription.Address)];

    /// <summary>Pages and files for people who are signed in.</summary>
    public static IReadOnlyList<ApiAddress> ForPeople(this AppHost host) =>
    [
        .. All(host).Where(a => a.Method == "GET"
            && !a.Pattern.StartsWith("/api/", StringComparison.Ordinal)
            && a.Endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
            && a.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null),
    ];

    private static IEnumerable<ApiAddress> All(AppHost host) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.RoutePattern.RawText is not null
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        select new ApiAddress(method, PatternOf(endpoint), endpoint);

    public static string PatternOf(RouteEndpoint endpoint)
    {
        var pattern = Regex.Replace(endpoint.RoutePattern.RawText!, @":\w+(\(.*?\))?(?=\??\})", string.Empty, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return "/" + pattern.Trim('/');
    }
}
