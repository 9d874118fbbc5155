using System.Net;
using System.Text.Json;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Startup;

public sealed class HealthTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task Live_says_that_the_process_is_up()
    {
        using var client = host.CreateAnonymousClient();
        using var response = await client.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Ready_has_an_entry_for_each_check_and_the_worst_decides()
    {
        using var client = host.CreateAnonymousClient();
        using var response = await client.GetAsync("/health/ready");
        var checks = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("checks");
        Assert.Superset(new HashSet<string> { "database", "browser" }, checks.EnumerateObject().Select(c => c.Name).ToHashSet());
        Assert.Equal("healthy", checks.GetProperty("database").GetProperty("status").GetString());
        var isReady = checks.EnumerateObject().All(c => c.Value.GetProperty("status").GetString() != "unhealthy");
        Assert.Equal(isReady ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.All(checks.EnumerateObject(), c => Assert.NotEmpty(c.Value.GetProperty("message").GetString()!));
    }

    [Fact]
    public async Task Answers_carry_the_security_headers()
    {
        using var client = host.CreateAnonymousClient();
        foreach (var path in new[] { "/account/login", "/api", "/css/tokens.css" })
        {
            using var response = await client.GetAsync(path);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        }
    }
}
