using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>AuthSessions that a project defines by files, from the deployment's answer to their deletion.</summary>
public sealed class CodeSessionTests : IAsyncLifetime
{
    private const string Secret = "planted-code-password-1";

    private readonly ScriptedEngine _engine = new();
    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(settings: null, _engine.Install);
        _project = new ProjectDriver(_app, "coded");
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Files_create_update_and_delete_sessions_and_log_in_by_themselves()
    {
        var created = await DeployAsync(Archive().With("intuned-resources/auth-sessions/main-user.auth-session.jsonc", Session(Secret)));
        Assert.Equal([("main-user", "created")], Changes(created));
        await ReadyAsync("main-user");
        Assert.Contains(Secret, _engine.Requests.Single(r => r.Kind == FunctionKind.Create).ParametersJson, StringComparison.Ordinal);
        var details = await _project.DetailsAsync("main-user");
        Assert.Equal("CODE", ProjectDriver.Text(details, "source"));

        // Another order of fields, comments and spaces are the same session.
        _engine.Forget();
        var same = await DeployAsync(Archive().With(
            "intuned-resources/auth-sessions/sub/main-user.auth-session.json", $$"""{ "parameters": { "password": "{{Secret}}", "username": "demo" } }"""));
        Assert.Equal([("main-user", "unchanged")], Changes(same));
        Assert.Equal(0, _engine.Count(FunctionKind.Create));

        var updated = await DeployAsync(Archive().With("intuned-resources/auth-sessions/main-user.auth-session.jsonc", Session("another-password-2")));
        Assert.Equal([("main-user", "updated")], Changes(updated));
        await ReadyAsync("main-user");
        Assert.Contains("another-password-2", _engine.Requests.Single(r => r.Kind == FunctionKind.Create).ParametersJson, StringComparison.Ordinal);

        var deleted = await DeployAsync(Archive());
        Assert.Equal([("main-user", "deleted")], Changes(deleted));
        using var gone = await _project.Client.GetAsync($"{_project.Path}/auth-sessions/main-user");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.DoesNotContain(Secret, _app.Log, StringComparison.Ordinal);
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var stored = await db.Database.SqlQueryRaw<string>(
            "SELECT COALESCE(ManifestJson, '') || DiagnosticsJson || COALESCE(ResourcesJson, '') AS Value FROM Deployments").ToListAsync();
        Assert.All(stored, text => Assert.DoesNotContain("password", text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_session_defined_by_code_is_read_only_over_REST()
    {
        await DeployAsync(Archive().With("intuned-resources/auth-sessions/fixed-user.auth-session.jsonc", Session(Secret)));
        await ReadyAsync("fixed-user");

        var parameters = new JsonObject { ["username"] = "x", ["password"] = "y" };
        foreach (var (method, path, body) in ((HttpMethod, string, JsonObject?)[])
        [
            (HttpMethod.Post, "/auth-sessions/fixed-user/update", new JsonObject { ["parameters"] = parameters.DeepClone() }),
            (HttpMethod.Post, "/auth-sessions/create", new JsonObject { ["id"] = "fixed-user", ["parameters"] = parameters.DeepClone() }),
            (HttpMethod.Delete, "/auth-sessions/fixed-user", null),
        ])
        {
            using var request = new HttpRequestMessage(method, _project.Path + path);
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            using var response = await _project.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{path}: {(int)response.StatusCode} {text}");
            Assert.Contains("defined in the project's code", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_in_use_is_deleted_when_it_is_free()
    {
        await DeployAsync(Archive().With("intuned-resources/auth-sessions/busy-user.auth-session.jsonc", Session(Secret)));
        await ReadyAsync("busy-user");
        var release = new TaskCompletionSource();
        _engine.Api = async (_, token) =>
        {
            await release.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed("1");
        };
        var run = await _project.StartAsync("hello", new JsonObject { ["id"] = "busy-user" });
        await Eventually.TrueAsync(() => _engine.Count(FunctionKind.Api) == 1);

        var skipped = await DeployAsync(Archive());
        Assert.Equal([("busy-user", "skipped-in-use")], Changes(skipped));
        var refused = await _project.SendAsync(
            HttpMethod.Post, "/run/start", new JsonObject { ["api"] = "hello", ["parameters"] = new JsonObject(), ["authSession"] = new JsonObject { ["id"] = "busy-user" } },
            HttpStatusCode.BadRequest);
        Assert.Contains("does not define", refused.ToJsonString(), StringComparison.Ordinal);

        release.SetResult();
        Assert.Equal("completed", ProjectDriver.Text(await _project.EndAsync(run), "status"));
        var later = await Eventually.GetAsync(
            () => _project.Client.GetJsonAsync($"{_project.Path}/deployments/{skipped.GetProperty("deploymentId").GetString()}"),
            deployment => Changes(deployment) is [("busy-user", "deleted")]);
        Assert.Equal("succeeded", later.GetProperty("status").GetString());
        using var gone = await _project.Client.GetAsync($"{_project.Path}/auth-sessions/busy-user");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Theory]
    [InlineData("ab.auth-session.json", """{ "parameters": {} }""", "3 to 128")]
    [InlineData("good-id.auth-session.json", """{ "parameters": [] }""", "parameters")]
    [InlineData("good-id.auth-session.json", """{ "parameters": {}, "proxy": 5 }""", "proxy")]
    [InlineData("good-id.auth-session.jsonc", "{", "not valid JSON")]
    public async Task A_fault_in_a_file_fails_the_deployment_with_its_name(string file, string text, string sentence)
    {
        var deployment = await _app.DeployAsync(_project.Client, "coded", Archive().With($"intuned-resources/auth-sessions/{file}", text).Zip());

        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        var fault = Assert.Single(deployment.Diagnostics(), d => d.GetProperty("severity").GetString() == "error");
        Assert.Equal($"intuned-resources/auth-sessions/{file}", fault.GetProperty("file").GetString());
        Assert.Contains(sentence, fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Changes(deployment));
    }

    [Fact]
    public async Task Attempts_without_a_proxy_of_their_own_use_that_of_the_settings_file()
    {
        await _project.DeployAsync(ProjectArchive.Minimal().With(
            "Intuned.jsonc", $$"""{ "version": "2.0", "proxy": { "deployed": "http://user:{{Secret}}@proxy.test:3128" } }"""));

        await _project.RunAsync("hello", authSession: null);
        await _project.RunAsync("hello", authSession: null, proxy: "http://other.test:80");

        Assert.Equal(["http://proxy.test:3128", "http://other.test"], _engine.Requests.Select(r => r.Proxy!.Server));
        Assert.Equal(Secret, _engine.Requests[0].Proxy!.Password);
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var stored = await db.Database.SqlQueryRaw<string>("SELECT ManifestJson || COALESCE(ProtectedProxy, '') AS Value FROM Deployments").ToListAsync();
        Assert.All(stored, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
    }

    private static ProjectArchive Archive() => ProjectArchive.Minimal()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("auth-sessions/create.ts", "export default async function create() {}")
        .With("auth-sessions/check.ts", "export default async function check() { return true; }");

    private static string Session(string password) => $$"""
        {
          // of the shop
          "parameters": { "username": "demo", "password": "{{password}}", },
        }
        """;

    private static (string, string)[] Changes(JsonElement deployment) =>
        [.. deployment.GetProperty("resources").GetProperty("authSessions").EnumerateArray()
            .Select(c => (c.GetProperty("id").GetString()!, c.GetProperty("change").GetString()!))];

    private async Task<JsonElement> DeployAsync(ProjectArchive archive)
    {
        var deployment = await _app.DeployAsync(_project.Client, "coded", archive.Zip());
        Assert.True(deployment.GetProperty("status").GetString() == "succeeded", deployment.GetRawText());
        return deployment;
    }

    private Task<JsonObject> ReadyAsync(string id) => Eventually.GetAsync(
        () => _project.GetAsync($"/auth-sessions/{id}/details"),
        session => ProjectDriver.Text(session, "status") == "READY" && session["lockedBy"] is null);
}
