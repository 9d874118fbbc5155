using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Identity;

public sealed class SignInTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task A_visitor_is_sent_to_the_sign_in_page_and_back_after_signing_in()
    {
        using var client = host.CreateAnonymousClient();
        using var refused = await client.GetAsync("/settings/api-keys");
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
        var login = refused.Headers.Location!.PathAndQuery;
        Assert.Equal("/account/login?returnUrl=%2Fsettings%2Fapi-keys", login);

        using var signedIn = await AccountForms.SignInAsync(client, AppHost.AdminEmail, AppHost.Password, path: login);

        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.Equal("/settings/api-keys", new Uri(new Uri(host.BaseUrl), signedIn.Headers.Location!).AbsolutePath);
        using var start = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, start.StatusCode);
    }

    [Fact]
    public async Task Behind_a_proxy_that_speaks_https_all_cookies_are_for_https_only()
    {
        await using var behind = await AppHost.StartAsync(new Dictionary<string, string> { ["ForwardedHeaders_Enabled"] = "true" });
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(behind.BaseUrl) };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var page = await client.GetAsync("/account/login");
        var cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        client.DefaultRequestHeaders.Add("Cookie", cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]);

        using var signedIn = await AccountForms.SignInAsync(client, AppHost.AdminEmail, AppHost.Password);

        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        string[] all = [cookie, .. signedIn.Headers.GetValues("Set-Cookie")];
        Assert.Contains(all, c => c.StartsWith("intuned=", StringComparison.Ordinal));
        Assert.All(all, c => Assert.Contains("; secure", c, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("//elsewhere.test/")]
    [InlineData("/\\elsewhere.test/")]
    [InlineData("https://elsewhere.test/")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl)
    {
        using var client = host.CreateAnonymousClient();

        using var response = await AccountForms.SignInAsync(
            client, AppHost.AdminEmail, AppHost.Password, path: "/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(new Uri(host.BaseUrl), new Uri(new Uri(host.BaseUrl), response.Headers.Location!));
    }

    [Fact]
    public async Task An_account_is_locked_after_five_wrong_passwords_and_nothing_tells_which_accounts_exist()
    {
        var email = await host.AddUserAsync(Role.Viewer);
        using var client = host.CreateAnonymousClient();
        var answers = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add(await RefusedAsync(client, email, "wrong password"));
        }

        answers.Add(await RefusedAsync(client, email, AppHost.Password));
        answers.Add(await RefusedAsync(client, "nobody@example.test", "wrong password"));

        Assert.Single(answers.Distinct());
        Assert.Contains("is locked out until", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites_and_ends_with_the_browser_unless_wanted()
    {
        using var client = host.CreateAnonymousClient();

        using var session = await AccountForms.SignInAsync(client, AppHost.AdminEmail, AppHost.Password);
        using var remembered = await AccountForms.SignInAsync(host.CreateAnonymousClient(), AppHost.AdminEmail, AppHost.Password, remember: true);

        var cookie = Assert.Single(session.Headers.GetValues("Set-Cookie"), c => c.StartsWith("intuned=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(remembered.Headers.GetValues("Set-Cookie"), c => c.Contains("expires=", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        using var client = await host.CreateSignedInClientAsync(Role.Viewer);
        using var before = await client.GetAsync("/account/password");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        using var forged = await client.PostAsync("/account/logout", content: null);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        var antiforgery = await client.GetFromJsonAsync<AccountRoutes.AntiforgeryAnswer>("/account/antiforgery");
        client.DefaultRequestHeaders.Add(antiforgery!.HeaderName, antiforgery.Token);
        using var signedOut = await client.PostAsync("/account/logout", content: null);

        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        using var after = await client.GetAsync("/account/password");
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Fact]
    public async Task A_person_changes_the_password()
    {
        const string replacement = "an entirely new one";
        var email = await host.AddUserAsync(Role.Viewer);
        using var client = host.CreateAnonymousClient();
        using var signedIn = await AccountForms.SignInAsync(client, email, AppHost.Password);

        using var wrong = await ChangeAsync("not the current one");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var changed = await ChangeAsync(AppHost.Password);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);

        using var again = host.CreateAnonymousClient();
        using var old = await AccountForms.SignInAsync(again, email, AppHost.Password);
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        using var now = await AccountForms.SignInAsync(again, email, replacement);
        Assert.Equal(HttpStatusCode.Redirect, now.StatusCode);

        Task<HttpResponseMessage> ChangeAsync(string current) => AccountForms.SubmitAsync(client, "/account/password", new Dictionary<string, string>
        {
            ["Input.Current"] = current,
            ["Input.Password"] = replacement,
            ["Input.Repeat"] = replacement,
        });
    }

    [Fact]
    public async Task Guessing_from_one_address_is_slowed_down()
    {
        await using var own = await AppHost.StartAsync();
        using var client = own.CreateAnonymousClient();
        HttpResponseMessage response;
        var attempts = 0;
        do
        {
            attempts++;
            response = await client.PostAsync("/account/login", content: null);
        }
        while (response.StatusCode != HttpStatusCode.TooManyRequests && attempts < 100);

        Assert.Equal(21, attempts);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var form = await client.GetAsync("/account/login");
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
    }

    /// <summary>The answer's visible text.</summary>
    private static async Task<string> RefusedAsync(HttpClient client, string email, string password)
    {
        using var response = await AccountForms.SignInAsync(client, email, password);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var html = await response.Content.ReadAsStringAsync();
        return Regex.Match(html, "role=\"alert\">(?<text>[^<]+)<").Groups["text"].Value;
    }
}
