using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Variables;

/// <summary>Environment variables over REST: the same rules for workspace and project.</summary>
public sealed class VariableApiTests(VariableApiTests.Host host) : IClassFixture<VariableApiTests.Host>
{
    private HttpClient Client => host.Client;

    [Theory]
    [InlineData("project")]
    [InlineData("workspace")]
    public async Task A_variable_is_added_changed_and_taken_away_and_its_value_never_comes_back(string scope)
    {
        var path = host.Path(scope);
        var key = $"CYCLE_{scope}";
        using var created = await Client.PostAsJsonAsync(path, new { key, value = "first-secret-value", description = "for the shop" });
        var text = await created.Content.ReadAsStringAsync();
        Assert.True(created.StatusCode == HttpStatusCode.Created, text);
        Assert.EndsWith($"/env-vars/{key}", created.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal("for the shop", JsonNode.Parse(text)!["description"]!.GetValue<string>());
        Assert.DoesNotContain("first-secret-value", text, StringComparison.Ordinal);

        using var changed = await Client.PutAsJsonAsync($"{path}/{key}", new { value = "second-secret-value" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("for the shop", JsonNode.Parse(await changed.Content.ReadAsStringAsync())!["description"]!.GetValue<string>());

        var listed = await Client.GetStringAsync(path);
        Assert.Contains(key, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-value", listed, StringComparison.Ordinal);

        using var deleted = await Client.DeleteAsync($"{path}/{key}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var again = await Client.DeleteAsync($"{path}/{key}");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.DoesNotContain("secret-value", host.App.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "value": "v" }""", "key")]
    [InlineData("""{ "key": "1DIGIT", "value": "v" }""", "key")]
    [InlineData("""{ "key": "WITH-HYPHEN", "value": "v" }""", "key")]
    [InlineData("""{ "key": "", "value": "v" }""", "key")]
    [InlineData("""{ "key": "TMPDIR", "value": "v" }""", "key")]
    [InlineData("""{ "key": "GOOD" }""", "value")]
    [InlineData("""{ "key": "GOOD", "value": "" }""", "value")]
    [InlineData("""{ "key": "GOOD", "value": "a\u0000b" }""", "value")]
    [InlineData("""{ "key": "GOOD", "value": 5 }""", "value")]
    public async Task Each_fault_names_its_field(string body, string field)
    {
        using var response = await Client.PostAsync(host.Path("project"), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        await AssertFaultsAsync(response, [field]);
    }

    [Fact]
    public async Task Too_long_texts_are_refused_all_at_once()
    {
        var body = new { key = new string('K', 101), value = new string('v', 1001), description = new string('d', 1001) };
        using var response = await Client.PostAsJsonAsync(host.Path("workspace"), body);
        await AssertFaultsAsync(response, ["key", "value", "description"]);
    }

    [Fact]
    public async Task The_longest_allowed_texts_are_taken()
    {
        var body = new { key = "_" + new string('K', 99), value = new string('v', 1000), description = new string('d', 1000) };
        using var response = await Client.PostAsJsonAsync(host.Path("workspace"), body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task A_key_exists_once_in_its_scope()
    {
        using var first = await Client.PostAsJsonAsync(host.Path("project"), new { key = "TWICE", value = "v" });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using var second = await Client.PostAsJsonAsync(host.Path("project"), new { key = "TWICE", value = "v" });
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        using var elsewhere = await Client.PostAsJsonAsync(host.Path("workspace"), new { key = "TWICE", value = "v" });
        Assert.Equal(HttpStatusCode.Created, elsewhere.StatusCode);
    }

    [Fact]
    public async Task An_operator_reads_the_keys_and_changes_nothing()
    {
        using var client = await host.App.CreateApiClientAsync(Role.Operator);
        using var refused = await client.PostAsJsonAsync(host.Path("project"), new { key = "MINE", value = "v" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var list = await client.GetAsync(host.Path("project"));
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    [Fact]
    public async Task An_unknown_key_cannot_be_changed()
    {
        using var response = await Client.PutAsJsonAsync($"{host.Path("workspace")}/NOWHERE", new { value = "v" });
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task AssertFaultsAsync(HttpResponseMessage response, string[] fields)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{(int)response.StatusCode} {text}");
        Assert.All(fields, field => Assert.Contains($"\"{field}\"", text, StringComparison.Ordinal));
    }

    public sealed class Host : IAsyncLifetime
    {
        public AppHost App { get; private set; } = null!;

        public HttpClient Client { get; private set; } = null!;

        public string Path(string scope) => $"{(scope == "project" ? App.ProjectPath("variables") : App.WorkspacePath)}/env-vars";

        public async Task InitializeAsync()
        {
            App = await AppHost.StartAsync();
            Client = App.CreateApiClient(App.ApiKey);
            await App.DeployAsync(Client, "variables", ProjectArchive.Minimal().Zip());
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            await App.DisposeAsync();
        }
    }
}
