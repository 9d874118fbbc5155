using System.Net;
using System.Text.RegularExpressions;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace IntunedDashboard.Tests.Http;

public sealed partial class PageFaultTests(PageFaultTests.Host fixture) : IClassFixture<PageFaultTests.Host>
{
    [Theory]
    [InlineData("/nothing/here", HttpStatusCode.NotFound, "There is nothing at this address.")]
    [InlineData("/test/missing", HttpStatusCode.NotFound, "There is nothing at this address.")]
    [InlineData("/test/fault", HttpStatusCode.InternalServerError, "The details are in the server&#x27;s log.")]
    public async Task A_person_sees_a_sentence(string path, HttpStatusCode status, string sentence)
    {
        using var person = await fixture.App.CreateSignedInClientAsync();
        using var response = await person.GetAsync(path);
        var html = await response.Content.ReadAsStringAsync();

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(sentence, html, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", html, StringComparison.Ordinal);
        Assert.True(response.Headers.Contains("Content-Security-Policy"));
    }

    [Fact]
    public async Task The_id_on_the_page_leads_to_the_log()
    {
        using var person = await fixture.App.CreateSignedInClientAsync();
        var id = CorrelationId().Match(await (await person.GetAsync("/test/fault")).Content.ReadAsStringAsync()).Groups["id"].Value;
        Assert.NotEmpty(id);
        Assert.Contains(fixture.App.Log.Split('\n'), line => line.Contains(id, StringComparison.Ordinal) && line.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_with_a_way_out()
    {
        using var visitor = fixture.App.CreateAnonymousClient();
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("_handler", "login"), KeyValuePair.Create("Input.Email", AppHost.AdminEmail)]);
        using var response = await visitor.PostAsync("/account/login", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("reload the page and send it again", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "Input.Email=x")]
    [InlineData("multipart/form-data", "no boundary")]
    public async Task What_is_no_form_is_refused_and_not_taken_for_a_defect(string contentType, string body)
    {
        using var visitor = fixture.App.CreateAnonymousClient();
        using var content = new StringContent(body);
        content.Headers.ContentType = new(contentType);
        using var response = await visitor.PostAsync("/account/login", content);
        Assert.InRange((int)response.StatusCode, 400, 499);
    }

    [GeneratedRegex("Correlation id <code>(?<id>[0-9A-Za-z]{12})</code>")]
    private static partial Regex CorrelationId();

    public sealed class Host : IAsyncLifetime
    {
        public AppHost App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await AppHost.StartAsync(map: app =>
        {
            app.MapGet("/test/fault", string () => throw new InvalidOperationException("secret detail"));
            app.MapGet("/test/missing", string () => throw RequestException.NotFound("The picture"));
        });

        public Task DisposeAsync() => App.DisposeAsync();
    }
}
