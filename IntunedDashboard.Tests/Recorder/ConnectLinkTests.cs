using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>An end user without an account logs in through a link, and nobody can do anything else with it.</summary>
[Collection(RecorderGroup.Name)]
public sealed class ConnectLinkTests(RecorderHost host)
{
    [Fact]
    public async Task A_stranger_logs_in_through_a_popup_which_tells_the_page_that_opened_it()
    {
        var link = await LinkAsync("customer-1");
        Assert.Equal("PENDING", await host.StatusAsync("customer-1"));
        var shop = await host.OpenAsStrangerAsync(host.Partner.Url + "/welcome");
        await shop.EvaluateAsync("address => { window.said = []; addEventListener('message', e => said.push([e.origin, e.data.type])); window.popup = open(address); }", link);
        await Eventually.TrueAsync(() => shop.Context.Pages.Count == 2);
        var popup = shop.Context.Pages[1];
        var viewer = new Viewer(popup);
        await viewer.WaitForPageAsync("/login");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");

        Assert.Equal("READY", await host.StatusAsync("customer-1"));
        Assert.Equal("completed", ProjectDriver.Text(await host.RunAsync("customer-1"), "status"));
        var said = await shop.EvaluateAsync<string[][]>("said");
        Assert.Equal([host.App.BaseUrl, "RECORDER_SESSION_FINISHED_SUCCESSFULLY"], Assert.Single(said));
        await shop.Context.CloseAsync();
    }

    [Fact]
    public async Task A_frame_is_shown_to_allowed_origins_only_and_is_told_about_a_failure()
    {
        var link = await LinkAsync("customer-2");
        var shop = await host.OpenAsStrangerAsync(host.Partner.Url + "/welcome");
        await shop.EvaluateAsync("address => { window.said = []; addEventListener('message', e => said.push(e.data.type)); const frame = document.createElement('iframe'); frame.src = address; frame.style = 'width:700px;height:500px'; document.body.append(frame); }", link);
        var frame = shop.FrameLocator("iframe");
        await Expect(frame.Locator("hosted-browser")).ToHaveAttributeAsync("data-phase", "open");
        await frame.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(frame.Locator(".hosted-end strong")).ToHaveTextAsync("Not logged in");
        Assert.Equal(["RECORDER_SESSION_FAILED"], await shop.EvaluateAsync<string[]>("said"));
        Assert.Equal("EXPIRED", await host.StatusAsync("customer-2"));

        using var visitor = host.App.CreateAnonymousClient();
        using var response = await visitor.GetAsync(new Uri(link).AbsolutePath);
        Assert.Contains($"frame-ancestors 'self' {host.Partner.Url} https://elsewhere.example", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("X-Frame-Options"));
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        await shop.Context.CloseAsync();
    }

    [Fact]
    public async Task A_link_belongs_to_the_browser_that_opened_it_first()
    {
        var link = await LinkAsync("customer-3");
        using var preview = host.App.CreateAnonymousClient();
        using (var seen = await preview.GetAsync(new Uri(link).AbsolutePath))
        {
            Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        }

        var first = new Viewer(await host.OpenAsStrangerAsync(link));
        await first.WaitForPageAsync("/login");
        var second = await host.OpenAsStrangerAsync(link);
        await Expect(second.GetByRole(AriaRole.Alert)).ToContainTextAsync("This link was used already or is no longer valid.");
        await Expect(second.Locator("hosted-browser")).ToHaveCountAsync(0);

        await first.Page.ReloadAsync();
        await first.WaitForPageAsync("/login");
        await first.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await first.ExpectEndAsync("Not logged in");
        await first.Page.ReloadAsync();
        await first.ExpectEndAsync("Not logged in");
        await second.Context.CloseAsync();
        await first.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task Guessed_malformed_and_foreign_links_open_nothing()
    {
        var (mine, other) = (await LinkAsync("customer-4"), await LinkAsync("customer-5"));
        using var client = host.App.CreateAnonymousClient();
        foreach (var token in new[] { new string('a', 43), "x", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2f..%2fprojects" })
        {
            using var claim = await ClaimAsync(client, $"/connect/{token}", host.App.BaseUrl);
            Assert.Equal(HttpStatusCode.NotFound, claim.StatusCode);
            using var page = await client.GetAsync($"/connect/{token}");
            Assert.DoesNotContain("alert(1)", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var foreign = await ClaimAsync(client, new Uri(mine).AbsolutePath, "https://evil.example"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        }

        string cookie;
        using (var claimed = await ClaimAsync(client, new Uri(mine).AbsolutePath, host.App.BaseUrl))
        {
            Assert.Equal(HttpStatusCode.NoContent, claimed.StatusCode);
            cookie = claimed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        }

        Assert.Equal(HttpStatusCode.NotFound, await StreamAsync(other, cookie, host.App.BaseUrl));
        Assert.Equal(HttpStatusCode.NotFound, await StreamAsync(mine, null, host.App.BaseUrl));
        Assert.Equal(HttpStatusCode.BadRequest, await StreamAsync(mine, cookie, "https://evil.example"));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await StreamAsync(mine, cookie, host.App.BaseUrl));
        // Nor does it open anything else of the product.
        using var rest = new HttpRequestMessage(HttpMethod.Get, host.Project.Path + "/auth-sessions/customer-4");
        rest.Headers.Add("Cookie", cookie);
        using var refused = await client.SendAsync(rest);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task An_operator_makes_a_link_on_the_page_of_the_session()
    {
        await LinkAsync("customer-6");
        var page = await host.OpenAsync($"{RecorderHost.Pages}/customer-6");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await page.Locator("#recorder-link").TextContentAsync();
        Assert.StartsWith($"{host.App.BaseUrl}/connect/", link, StringComparison.Ordinal);
        using var viewer = await ViewerSocket.OpenAsync(link!);
        await viewer.UntilAsync("/login");
        await viewer.SendAsync(new { t = "cancel" });
        await viewer.UntilAsync("\"phase\":\"failed\"");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Wrong_requests_name_the_field()
    {
        var answer = await host.Project.SendAsync(
            HttpMethod.Post, "/auth-sessions/recorder/start", new JsonObject { ["authSessionId"] = "a b", ["proxy"] = "nonsense" }, HttpStatusCode.BadRequest);
        Assert.Contains("authSessionId", answer.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("proxy", answer.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<string> LinkAsync(string id)
    {
        var made = await host.Project.SendAsync(HttpMethod.Post, "/auth-sessions/recorder/start", new JsonObject { ["authSessionId"] = id }, HttpStatusCode.Created);
        Assert.True(DateTimeOffset.Parse(ProjectDriver.Text(made, "expiresAt"), System.Globalization.CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow());
        return ProjectDriver.Text(made, "recorderUrl");
    }

    private static async Task<HttpResponseMessage> ClaimAsync(HttpClient client, string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/claim");
        request.Headers.Add("Origin", origin);
        return await client.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StreamAsync(string link, string? cookie, string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", origin);
        if (cookie is not null)
        {
            socket.Options.SetRequestHeader("Cookie", cookie);
        }

        try
        {
            await socket.ConnectAsync(new Uri(link.Replace("http://", "ws://", StringComparison.Ordinal) + "/stream"), CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }
}
