using System.Net;
using System.Net.Http.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Identity;

public sealed class RoleTests(AppHost host) : IClassFixture<AppHost>
{
    [Theory]
    [InlineData(Role.Viewer, HttpStatusCode.Forbidden)]
    [InlineData(Role.Operator, HttpStatusCode.Forbidden)]
    [InlineData(Role.Developer, HttpStatusCode.Forbidden)]
    [InlineData(Role.Admin, HttpStatusCode.OK)]
    public async Task Only_admins_see_api_keys_by_key_and_by_cookie(Role role, HttpStatusCode expected)
    {
        using var program = await host.CreateApiClientAsync(role);
        using var person = await host.CreateSignedInClientAsync(role);

        using var byKey = await program.GetAsync($"{host.WorkspacePath}/api-keys");
        using var byCookie = await person.GetAsync($"{host.WorkspacePath}/api-keys");
        using var page = await person.GetAsync("/settings/api-keys");

        Assert.Equal(expected, byKey.StatusCode);
        Assert.Equal(expected, byCookie.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? HttpStatusCode.OK : HttpStatusCode.Redirect, page.StatusCode);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    [InlineData(Role.Developer)]
    [InlineData(Role.Admin)]
    public async Task Every_role_may_open_the_dashboard(Role role)
    {
        using var person = await host.CreateSignedInClientAsync(role);
        using var page = await person.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task An_api_key_opens_no_page()
    {
        using var program = await host.CreateApiClientAsync();
        using var page = await program.GetAsync("/settings/api-keys");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.StartsWith("/account/login", page.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_refuses_a_role_that_is_too_low_whoever_calls_it()
    {
        var commands = host.Services.GetRequiredService<ApiKeyCommands>();
        var developer = new Actor("1", "somebody", Role.Developer);
        var refusal = await Assert.ThrowsAsync<IntunedDashboard.Platform.RequestException>(
            () => commands.CreateAsync(developer, new CreateApiKey("key", Role.Viewer, null), default));
        Assert.Equal(IntunedDashboard.Platform.RequestFault.Forbidden, refusal.Fault);
    }

    [Fact]
    public async Task A_signed_in_browser_changes_something_through_rest_only_with_the_antiforgery_header()
    {
        using var person = await host.CreateSignedInClientAsync();
        using var refused = await person.PostAsJsonAsync($"{host.WorkspacePath}/api-keys", new { name = "by cookie", role = "Viewer" });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        var answer = await person.GetFromJsonAsync<AccountRoutes.AntiforgeryAnswer>("/account/antiforgery");
        person.DefaultRequestHeaders.Add(answer!.HeaderName, answer.Token);
        using var created = await person.PostAsJsonAsync($"{host.WorkspacePath}/api-keys", new { name = "by cookie", role = "Viewer" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }
}
