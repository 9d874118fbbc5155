using System.Globalization;
using System.Net;
using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Http;

public sealed class RateLimitTests
{
    [Fact]
    public async Task A_key_that_asks_too_often_is_told_how_long_to_wait_while_others_go_on()
    {
        await using var host = await AppHost.StartAsync(new Dictionary<string, string> { ["RateLimits:RequestsPerKey"] = "3" });
        using var busy = await host.CreateApiClientAsync();
        for (var i = 0; i < 3; i++)
        {
            using var allowed = await busy.GetAsync($"{host.WorkspacePath}/projects");
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        }

        using var refused = await busy.GetAsync($"{host.WorkspacePath}/projects");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal("application/json", refused.Content.Headers.ContentType?.ToString());
        var error = JsonElement.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("too-many-requests", error.GetProperty("code").GetString());
        Assert.True(error.GetProperty("retirable").GetBoolean());

        using var other = await host.CreateApiClientAsync(Role.Viewer);
        using var alsoAllowed = await other.GetAsync($"{host.WorkspacePath}/projects");
        Assert.Equal(HttpStatusCode.OK, alsoAllowed.StatusCode);
    }

    [Fact]
    public async Task An_address_is_limited_whatever_keys_it_makes_up_and_pages_are_not_counted()
    {
        await using var host = await AppHost.StartAsync(new Dictionary<string, string> { ["RateLimits:RequestsPerAddress"] = "3" });
        for (var i = 0; i < 4; i++)
        {
            using var guess = host.CreateApiClient($"ik_guess{i}");
            using var answer = await guess.GetAsync($"{host.WorkspacePath}/projects");
            Assert.Equal(i < 3 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        using var visitor = host.CreateAnonymousClient();
        using var page = await visitor.GetAsync("/account/login");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }
}
