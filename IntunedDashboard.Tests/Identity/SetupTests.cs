using System.Net;
using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Identity;

public sealed class SetupTests
{
    private const string Email = "first@example.test";

    [Fact]
    public async Task The_first_visitor_makes_the_admin_account_and_is_signed_in()
    {
        await using var host = await AppHost.StartFreshAsync();
        using var client = host.CreateAnonymousClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var first = await client.GetAsync("/projects");
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal("/setup", first.Headers.Location?.OriginalString);

        using var created = await SubmitAsync(client);
        Assert.Equal(HttpStatusCode.Redirect, created.StatusCode);

        using var start = await client.GetAsync("/settings/api-keys");
        Assert.Equal(HttpStatusCode.OK, start.StatusCode);
    }

    [Fact]
    public async Task Set_up_is_closed_as_soon_as_an_account_exists()
    {
        await using var host = await AppHost.StartFreshAsync();
        using var first = host.CreateAnonymousClient();
        using var second = host.CreateAnonymousClient();
        // Both have the form open; only one may become admin.
        var answers = await Task.WhenAll(SubmitAsync(first), SubmitAsync(second, "second@example.test"));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Redirect && a.Headers.Location!.OriginalString.EndsWith('/'));
        using var again = await second.GetAsync("/setup");
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.EndsWith("/account/login", again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", "short", "at least 8")]
    [InlineData("long enough", "something else", "not the same")]
    public async Task A_bad_password_is_explained_and_creates_nothing(string password, string repeat, string sentence)
    {
        await using var host = await AppHost.StartFreshAsync();
        using var client = host.CreateAnonymousClient();

        using var response = await SubmitAsync(client, password: password, repeat: repeat);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(sentence, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await client.GetAsync("/setup");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Host", "dashboard.example.test")]
    public async Task From_another_machine_it_needs_the_token_that_start_up_printed(string header, string value)
    {
        await using var host = await AppHost.StartFreshAsync();
        using var client = host.CreateAnonymousClient();
        client.DefaultRequestHeaders.Add(header, value);

        using var without = await SubmitAsync(client);
        using var wrong = await SubmitAsync(client, token: "wrong");
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);

        var token = Regex.Match(host.Log, "set-up token: (?<token>[0-9A-Za-z]+)").Groups["token"].Value;
        using var right = await SubmitAsync(client, token: token);
        Assert.Equal(HttpStatusCode.Redirect, right.StatusCode);
    }

    [Fact]
    public async Task Rest_and_health_are_not_led_to_set_up()
    {
        await using var host = await AppHost.StartFreshAsync();
        using var client = host.CreateAnonymousClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using var api = await client.GetAsync($"{host.WorkspacePath}/api-keys");
        using var health = await client.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private static Task<HttpResponseMessage> SubmitAsync(
        HttpClient client, string email = Email, string password = AppHost.Password, string? repeat = null, string token = "") =>
        AccountForms.SubmitAsync(client, "/setup", new Dictionary<string, string>
        {
            ["Input.Email"] = email,
            ["Input.Password"] = password,
            ["Input.Repeat"] = repeat ?? password,
            ["Input.Token"] = token,
        });
}
