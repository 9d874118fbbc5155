using System.Net;
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
}
