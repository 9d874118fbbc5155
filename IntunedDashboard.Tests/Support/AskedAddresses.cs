using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IntunedDashboard.Tests.Support;

/// <summary>Remembers at which addresses the product was asked, as method and pattern.</summary>
public sealed class AskedAddresses : IStartupFilter
{
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.Ordinal);

    public void Forget() => _asked.Clear();

    public bool Contains(ApiAddress address) => _asked.ContainsKey(address.ToString());

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, rest) =>
        {
            await rest(context);
            if (context.GetEndpoint() is RouteEndpoint endpoint)
            {
                _asked[new ApiAddress(context.Request.Method, ApiAddresses.PatternOf(endpoint), endpoint).ToString()] = true;
            }
        });
        next(app);
    };
}
