using System.Net;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>Where a browser in which people log in does not go, whatever a page asks for.</summary>
[Collection(RecorderGroup.Name)]
public sealed class GuardTests(RecorderHost host)
{
    [Fact]
    public async Task The_dashboard_itself_is_never_opened_but_its_sample_site_is()
    {
        var viewer = await host.RecordAsync("goes-home");
        foreach (var way in new[] { "goes", "redirects" })
        {
            await GoAsync(viewer, $"{host.Site.Url}/{way}?to={Uri.EscapeDataString($"{host.App.BaseUrl}/account/login")}");
            await Expect(viewer.Say).ToContainTextAsync("This is the address of the dashboard itself");
        }

        await GoAsync(viewer, $"{host.App.BaseUrl}/sample-site");
        await viewer.WaitForPageAsync("/sample-site");
        await GoAsync(viewer, $"{host.Site.Url}/goes?to={Uri.EscapeDataString("file:///etc/passwd")}");
        await viewer.WaitForPageAsync("/goes");
        await viewer.Address.FillAsync("file:///etc/passwd");
        await viewer.Address.PressAsync("Enter");
        await viewer.Address.FillAsync("javascript:alert(1)");
        await viewer.Address.PressAsync("Enter");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Load again" }).ClickAsync();
        await viewer.WaitForPageAsync("/goes");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_way_out_checks_every_address_it_connects_to()
    {
        var own = new Uri("http://127.0.0.1:5210");
        await using var strict = Guard(allowPrivate: false, own, name => name == "inside.example" ? IPAddress.Parse("10.1.2.3") : IPAddress.Loopback);
        foreach (var url in new[]
        {
            "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest/meta-data", "http://inside.example/",
            "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", own.AbsoluteUri,
        })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(strict, url));
        }

        var site = new Uri(host.Site.Url);
        await using var open = Guard(allowPrivate: true, own, _ => IPAddress.Loopback);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(open, $"{host.Site.Url}/login"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(open, $"http://some-name.example:{site.Port}/login"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(open, "http://127.0.0.1:5210/projects"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(open, "http://some-name.example:5210/projects"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(open, "http://127.0.0.1:9222/json"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(open, "http://127.0.0.1:5210/sample-site%2f..%2fprojects"));
    }

    [Fact]
    public async Task Others_on_this_machine_cannot_use_it()
    {
        await using var guard = Guard(allowPrivate: true, new Uri("http://127.0.0.1:5210"), _ => IPAddress.Loopback);
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy(guard.Settings.Server), UseProxy = true };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync($"{host.Site.Url}/login");
        Assert.Equal(HttpStatusCode.ProxyAuthenticationRequired, response.StatusCode);
    }

    [Fact]
    public async Task A_proxy_of_the_session_carries_everything()
    {
        await using var proxy = new ForwardProxy("sessions-own", "proxy-Passw0rd");
        var settings = ProxySettings.Parse(proxy.Address);
        await using var guard = Guard(allowPrivate: true, new Uri("http://127.0.0.1:5210"), _ => throw new InvalidOperationException("Names are the proxy's to resolve."), settings);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(guard, $"{host.Site.Url}/login"));
        Assert.Equal(1, proxy.Requests);
        var wrong = ProxySettings.Parse(proxy.AddressWithWrongPassword);
        await using var refused = Guard(allowPrivate: true, new Uri("http://127.0.0.1:5210"), _ => IPAddress.Loopback, wrong);
        Assert.Equal(HttpStatusCode.ProxyAuthenticationRequired, await AskAsync(refused, $"{host.Site.Url}/login"));
    }

    private static GuardProxy Guard(bool allowPrivate, Uri own, Func<string, IPAddress> resolve, ProxySettings? upstream = null) => new(
        new GuardRules(new OutboundTargets(allowPrivate, (name, _) => Task.FromResult(new[] { resolve(name) })), [own], devToolsPort: 9222, "/sample-site"),
        upstream,
        NullLogger.Instance);

    private static async Task<HttpStatusCode> AskAsync(GuardProxy guard, string url)
    {
        using var handler = new SocketsHttpHandler
        {
            Proxy = new WebProxy(guard.Settings.Server) { Credentials = new NetworkCredential(guard.Settings.Username, guard.Settings.Password), BypassProxyOnLocal = false },
            UseProxy = true,
            AllowAutoRedirect = false,
        };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(url);
        return response.StatusCode;
    }

    private static async Task GoAsync(Viewer viewer, string url)
    {
        await viewer.Address.FillAsync(url);
        await viewer.Address.PressAsync("Enter");
    }
}
