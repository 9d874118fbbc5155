using System.Net;
using System.Text;
using System.Text.Json;
using IntunedDashboard.Http;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Http;

public sealed class ApiErrorTests(ApiErrorTests.Host fixture) : IClassFixture<ApiErrorTests.Host>
{
    private AppHost App => fixture.App;

    [Fact]
    public async Task A_call_without_a_key_is_unauthorized()
    {
        using var client = App.CreateAnonymousClient();
        await AssertErrorAsync(await client.GetAsync($"{App.WorkspacePath}/api-keys"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task An_unknown_key_is_unauthorized_even_beside_a_valid_cookie()
    {
        using var client = await App.CreateSignedInClientAsync();
        client.DefaultRequestHeaders.Add("x-api-key", "ik_unknown");
        await AssertErrorAsync(await client.GetAsync($"{App.WorkspacePath}/api-keys"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task An_unknown_address_is_not_found()
    {
        using var client = await App.CreateApiClientAsync();
        await AssertErrorAsync(await client.GetAsync($"{App.WorkspacePath}/nothing/here"), HttpStatusCode.NotFound, "not-found");
        await AssertErrorAsync(await client.GetAsync("/api"), HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("11111111-2222-3333-4444-555555555555")]
    [InlineData("no-uuid")]
    public async Task Another_workspace_is_not_found(string workspaceId)
    {
        using var client = await App.CreateApiClientAsync();
        await AssertErrorAsync(await client.GetAsync($"/api/v1/workspace/{workspaceId}/api-keys"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_wrong_method_is_refused_with_the_right_ones_named()
    {
        using var client = await App.CreateApiClientAsync();
        var response = await client.PutAsync($"{App.WorkspacePath}/api-keys", content: null);
        Assert.Contains("POST", response.Content.Headers.Allow);
        await AssertErrorAsync(response, HttpStatusCode.MethodNotAllowed, "method-not-allowed");
    }

    [Fact]
    public async Task A_wrong_content_type_is_refused()
    {
        using var client = await App.CreateApiClientAsync();
        var response = await client.PostAsync($"{App.WorkspacePath}/api-keys", new StringContent("name=x", Encoding.UTF8, "text/plain"));
        await AssertErrorAsync(response, HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    [Theory]
    [InlineData("""{"name": 5}""", "name")]
    [InlineData("""{"name": "x", "expiresAt": "tomorrow"}""", "expiresAt")]
    [InlineData("""{"name": "x" """, "body")]
    [InlineData("not json", "body")]
    [InlineData("[]", "body")]
    [InlineData("{\"name\": \"\\ud800\"}", "body")]
    [InlineData("{\"name\": \"x\", \"name\": \"y\"}", "body")]
    public async Task Malformed_json_names_the_field(string body, string path)
    {
        using var client = await App.CreateApiClientAsync();
        var response = await client.PostAsync($"{App.WorkspacePath}/api-keys", Json(body));
        var error = await AssertErrorAsync(response, HttpStatusCode.BadRequest, "bad-request");
        Assert.Equal(path, error.GetProperty("details")[0].GetProperty("path").GetString());
        Assert.DoesNotContain("IntunedDashboard", error.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var client = await App.CreateApiClientAsync();
        using var content = new ByteArrayContent([.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\",\"role\":\"Viewer\"}"u8]);
        content.Headers.ContentType = new("application/json");
        await AssertErrorAsync(await client.PostAsync($"{App.WorkspacePath}/api-keys", content), HttpStatusCode.BadRequest, "bad-request");
    }

    [Theory]
    [InlineData("/test/number?size=many", "size")]
    [InlineData("/test/number", "size")]
    public async Task A_parameter_that_cannot_be_read_is_named(string path, string name)
    {
        using var client = await App.CreateApiClientAsync();
        var error = await AssertErrorAsync(await client.GetAsync(App.WorkspacePath + path), HttpStatusCode.BadRequest, "bad-request");
        Assert.Equal(name, error.GetProperty("details")[0].GetProperty("path").GetString());
    }

    [Theory]
    [InlineData("projects/../api-keys")]
    [InlineData("projects/%2E%2e/api-keys")]
    [InlineData("./api-keys")]
    public async Task Dots_in_an_address_are_not_resolved_to_another_thing(string path)
    {
        // Written by hand: clients resolve the dots before they send.
        using var connection = new System.Net.Sockets.TcpClient();
        var address = new Uri(App.BaseUrl);
        await connection.ConnectAsync(address.Host, address.Port);
        await using var stream = connection.GetStream();
        var request = $"GET {App.WorkspacePath}/{path} HTTP/1.1\r\nHost: {address.Authority}\r\nx-api-key: {App.ApiKey}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"not-found\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_changed_at_an_address_that_ends_with_a_slash()
    {
        using var client = await App.CreateApiClientAsync();
        await AssertErrorAsync(await client.PostAsync($"{App.WorkspacePath}/api-keys/", Json("{}")), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_listed_with_its_path()
    {
        using var client = await App.CreateApiClientAsync();
        var response = await client.PostAsync($"{App.WorkspacePath}/api-keys", Json("""{"role":"Owner","expiresAt":"2001-01-01T00:00:00Z"}"""));
        var error = await AssertErrorAsync(response, HttpStatusCode.BadRequest, "bad-request");
        var paths = error.GetProperty("details").EnumerateArray().Select(d => d.GetProperty("path").GetString());
        Assert.Equal(["name", "role", "expiresAt"], paths);
    }

    [Fact]
    public async Task A_missing_body_is_a_bad_request()
    {
        using var client = await App.CreateApiClientAsync();
        await AssertErrorAsync(
            await client.PostAsync($"{App.WorkspacePath}/api-keys", Json(string.Empty)), HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task A_too_large_body_is_refused()
    {
        // The client waits for the server's word before it sends the body, so that the refusal cannot cross the upload.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(App.BaseUrl) };
        client.DefaultRequestHeaders.Add("x-api-key", App.ApiKey);
        client.DefaultRequestHeaders.ExpectContinue = true;
        var response = await client.PostAsync($"{App.WorkspacePath}/api-keys", Json($$"""{"name":"{{new string('x', 11 * 1024 * 1024)}}"}"""));
        await AssertErrorAsync(response, HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
    }

    [Fact]
    public async Task A_role_that_is_too_low_is_forbidden()
    {
        using var client = await App.CreateApiClientAsync(Role.Developer);
        await AssertErrorAsync(await client.GetAsync($"{App.WorkspacePath}/api-keys"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_refusal_of_a_command_carries_its_status_code_and_message()
    {
        using var client = await App.CreateApiClientAsync();
        var error = await AssertErrorAsync(
            await client.GetAsync($"{App.WorkspacePath}/test/conflict"), HttpStatusCode.Conflict, "auth-session-already-in-use");
        Assert.Equal("The session is busy.", error.GetProperty("message").GetString());
        Assert.False(error.TryGetProperty("details", out _));
    }

    [Fact]
    public async Task An_unexpected_fault_shows_a_correlation_id_and_keeps_its_text_in_the_log()
    {
        using var client = await App.CreateApiClientAsync();
        var response = await client.GetAsync($"{App.WorkspacePath}/test/fault");
        var error = await AssertErrorAsync(response, HttpStatusCode.InternalServerError, "internal-error", category: "infrastructure");
        Assert.DoesNotContain("secret detail", error.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(error.GetProperty("correlationId").GetString()!, App.Log, StringComparison.Ordinal);
        Assert.Contains("secret detail", App.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_empty_cookie_header_of_public_clients_does_no_harm()
    {
        using var client = await App.CreateApiClientAsync();
        client.DefaultRequestHeaders.TryAddWithoutValidation("cookie", string.Empty);
        using var response = await client.GetAsync($"{App.WorkspacePath}/api-keys");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> AssertErrorAsync(
        HttpResponseMessage response, HttpStatusCode status, string code, string category = "user")
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(category, error.GetProperty("category").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal((int)status >= 500, error.GetProperty("retirable").GetBoolean());
        Assert.Equal(12, error.GetProperty("correlationId").GetString()!.Length);
        Assert.Empty(error.EnumerateObject().Select(p => p.Name).Except(["code", "category", "message", "retirable", "correlationId", "details"]));
        return error;
    }

    /// <summary>The product with two more addresses, which fail in the two ways a handler can.</summary>
    public sealed class Host : IAsyncLifetime
    {
        public AppHost App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await AppHost.StartAsync(map: app =>
        {
            var group = app.MapWorkspaceApi();
            group.MapGet("/test/conflict", string () => throw RequestException.Conflict("The session is busy.", "auth-session-already-in-use"));
            group.MapGet("/test/number", (int size) => size);
            group.MapGet("/test/fault", string () => throw new InvalidOperationException("secret detail"));
        });

        public Task DisposeAsync() => App.DisposeAsync();
    }
}
