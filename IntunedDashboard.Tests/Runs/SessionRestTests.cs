using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Budget, versions and clearing of a session over REST.</summary>
public sealed class SessionRestTests(SharedFlowHost shared) : IClassFixture<SharedFlowHost>, IAsyncLifetime
{
    private readonly FlowHost _host = shared.Host;
    private readonly string _session = $"session-{Guid.NewGuid():N}";

    private string Path => $"/auth-sessions/{_session}";

    public async Task InitializeAsync()
    {
        _host.Engine.Reset();
        await _host.LogInAsync(_session);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_budget_of_its_own_holds_before_that_of_the_settings_and_null_gives_it_back()
    {
        Assert.Equal((1, 60, false), await BudgetAsync());
        await SetAsync(new JsonObject { ["loginsPerHour"] = 2 });
        Assert.Equal((1, 2, true), await BudgetAsync());
        _host.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        _host.Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var run = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = _session }));

        Assert.Equal(1, _host.Engine.Count(FunctionKind.Create));
        Assert.Contains("Needs attention", run["reason"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal((2, 2, true), await BudgetAsync());
        await SetAsync(new JsonObject { ["loginsPerHour"] = null });
        Assert.Equal((2, 60, false), await BudgetAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"loginsPerHour": 0}""")]
    [InlineData("""{"loginsPerHour": 1001}""")]
    [InlineData("""{"loginsPerHour": 1.5}""")]
    [InlineData("""{"loginsPerHour": "many"}""")]
    public async Task A_budget_that_is_none_is_refused(string body)
    {
        var refused = await _host.SendAsync(HttpMethod.Put, $"{Path}/login-budget", JsonNode.Parse(body), HttpStatusCode.BadRequest);

        Assert.Equal("loginsPerHour", refused["details"]![0]!["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_viewer_reads_and_changes_nothing()
    {
        using var viewer = await _host.App.CreateApiClientAsync(Role.Viewer);
        using var read = await viewer.GetAsync($"{_host.Path}{Path}/versions");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using var budget = new StringContent("""{"loginsPerHour": 5}""", System.Text.Encoding.UTF8, "application/json");
        using var put = await viewer.PutAsync($"{_host.Path}{Path}/login-budget", budget);
        using var cleared = await viewer.PostAsync($"{_host.Path}{Path}/clear", null);
        using var restored = await viewer.PostAsync($"{_host.Path}{Path}/versions/1/restore", null);
        Assert.All(new[] { put, cleared, restored }, answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
    }

    [Fact]
    public async Task An_earlier_version_is_put_back_and_everything_is_cleared()
    {
        await _host.LogInAsync(_session);
        Assert.Equal([(2, true), (1, false)], await VersionsAsync());
        var started = await _host.SendAsync(HttpMethod.Post, $"{Path}/versions/1/restore", expected: HttpStatusCode.Created);
        var done = await _host.OperationAsync($"{Path}/validate/{started["operationId"]}/result");
        Assert.Equal("done", done["status"]!.GetValue<string>());
        Assert.Equal([(2, false), (1, true)], await VersionsAsync());
        var refused = await _host.SendAsync(HttpMethod.Post, $"{Path}/versions/7/restore", expected: HttpStatusCode.BadRequest);
        Assert.Equal("version", refused["details"]![0]!["path"]!.GetValue<string>());

        using var cleared = await _host.Client.PostAsync($"{_host.Path}{Path}/clear", null);
        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        Assert.Empty(await VersionsAsync());
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync(_session));
    }

    private async Task SetAsync(JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await _host.Client.PutAsync($"{_host.Path}{Path}/login-budget", content);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private async Task<(int Used, int Limit, bool IsOwn)> BudgetAsync()
    {
        var logins = (await _host.GetAsync($"{Path}/details"))["logins"]!;
        return (logins["usedWithinAnHour"]!.GetValue<int>(), logins["loginsPerHour"]!.GetValue<int>(), logins["isOwn"]!.GetValue<bool>());
    }

    private async Task<IEnumerable<(int, bool)>> VersionsAsync() => (await _host.GetAsync($"{Path}/versions"))["versions"]!.AsArray()
        .Select(v => (v!["version"]!.GetValue<int>(), v["isCurrent"]!.GetValue<bool>()));
}
