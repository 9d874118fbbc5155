using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Which operations hold a session alone, and what happens to others meanwhile.</summary>
[Collection(AccountHost.Collection)]
public sealed class LockingTests(AccountHost host) : IAsyncLifetime
{
    private readonly string _session = $"locked-{Guid.NewGuid():N}";

    private ProjectDriver Project => host.Project;

    public Task InitializeAsync()
    {
        host.Site.Reset();
        host.Site.SetUser(AccountHost.User, AccountHost.Password);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        host.Site.Reset();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("Update")]
    [InlineData("Validate")]
    public async Task While_one_logs_in_everything_else_on_its_session_is_refused_and_other_sessions_go_on(string holder)
    {
        var other = $"other-{Guid.NewGuid():N}";
        await Project.LogInAsync(other, AccountHost.Credentials());
        if (holder != "Create")
        {
            await Project.LogInAsync(_session, AccountHost.Credentials());
            await Project.RunAsync("read", new JsonObject { ["id"] = other });
        }

        host.Site.ForgetCounts();
        host.Site.RefusesNextChecks = holder == "Validate" ? 3 : 0;
        host.Site.Hold("POST /login");
        var operation = await StartAsync(holder);
        await Eventually.TrueAsync(() => host.Site.Visits("POST /login") == 1);

        var details = await Project.DetailsAsync(_session);
        Assert.Equal(operation, ProjectDriver.Text(details["lockedBy"]!, "runId"));
        Assert.Equal(holder == "Validate" ? "Recreate" : holder, ProjectDriver.Text(details["lockedBy"]!, "operation"));
        await AssertRefusedAsync(HttpMethod.Post, "/run/start", Run());
        await AssertRefusedAsync(HttpMethod.Post, "/auth-sessions/create", new JsonObject { ["id"] = _session, ["parameters"] = AccountHost.Credentials() });
        await AssertRefusedAsync(HttpMethod.Post, $"/auth-sessions/{_session}/update", []);
        await AssertRefusedAsync(HttpMethod.Post, $"/auth-sessions/{_session}/validate/start", []);
        await AssertRefusedAsync(HttpMethod.Delete, $"/auth-sessions/{_session}", null);
        var elsewhere = await Project.RunAsync("read", new JsonObject { ["id"] = other });
        Assert.Equal("completed", ProjectDriver.Text(elsewhere, "status"));

        host.Site.Release();
        Assert.Equal("completed", ProjectDriver.Text(await Project.EndAsync(operation), "status"));
        details = await Project.DetailsAsync(_session);
        Assert.Equal("READY", ProjectDriver.Text(details, "status"));
        Assert.False(details.ContainsKey("lockedBy"));
        Assert.Equal(1, host.Site.Logins);
    }

    [Fact]
    public async Task A_Validate_without_autoRecreate_holds_nothing_and_shares_the_session_with_a_Run()
    {
        await Project.LogInAsync(_session, AccountHost.Credentials());
        host.Site.ForgetCounts();
        host.Site.Hold("GET /account");
        var started = await Project.SendAsync(
            HttpMethod.Post, $"/auth-sessions/{_session}/validate/start", new JsonObject { ["autoRecreate"] = false }, HttpStatusCode.Created);
        var run = await Project.StartAsync("read", new JsonObject { ["id"] = _session });
        await Eventually.TrueAsync(() => host.Site.Visits("GET /account") == 2);

        Assert.False((await Project.DetailsAsync(_session)).ContainsKey("lockedBy"));
        host.Site.Release();
        Assert.Equal("completed", ProjectDriver.Text(await Project.EndAsync(run), "status"));
        Assert.Equal("completed", ProjectDriver.Text(await Project.EndAsync(ProjectDriver.Text(started, "operationId")), "status"));
    }

    [Fact]
    public async Task An_executing_api_holds_nothing_but_its_session_is_not_deleted_under_it()
    {
        await Project.LogInAsync(_session, AccountHost.Credentials());
        host.Site.ForgetCounts();
        host.Site.Hold("GET /data");
        var run = await Project.StartAsync("read", new JsonObject { ["id"] = _session });
        await Eventually.TrueAsync(() => host.Site.Visits("GET /data") == 1);

        Assert.False((await Project.DetailsAsync(_session)).ContainsKey("lockedBy"));
        var (validated, _) = await Project.OperateAsync($"{_session}/validate/start", []);
        Assert.Equal("done", ProjectDriver.Text(validated, "status"));
        await AssertRefusedAsync(HttpMethod.Delete, $"/auth-sessions/{_session}", null);
        host.Site.Release();
        Assert.Equal("completed", ProjectDriver.Text(await Project.EndAsync(run), "status"));
        using var deleted = await Project.Client.DeleteAsync($"{Project.Path}/auth-sessions/{_session}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private JsonObject Run() => new() { ["api"] = "read", ["parameters"] = new JsonObject(), ["authSession"] = new JsonObject { ["id"] = _session } };

    private async Task<string> StartAsync(string holder)
    {
        var (path, body) = holder switch
        {
            "Create" => ("create", new JsonObject { ["id"] = _session, ["parameters"] = AccountHost.Credentials(), ["saveTrace"] = false }),
            "Update" => ($"{_session}/update", new JsonObject { ["saveTrace"] = false }),
            _ => ($"{_session}/validate/start", new JsonObject()),
        };
        return ProjectDriver.Text(await Project.SendAsync(HttpMethod.Post, $"/auth-sessions/{path}", body, HttpStatusCode.Created), "operationId");
    }

    private async Task AssertRefusedAsync(HttpMethod method, string path, JsonObject? body)
    {
        var refused = await Project.SendAsync(method, path, body, HttpStatusCode.Conflict);
        Assert.Equal(("auth-session-already-in-use", "user"), (ProjectDriver.Text(refused, "code"), ProjectDriver.Text(refused, "category")));
    }
}
