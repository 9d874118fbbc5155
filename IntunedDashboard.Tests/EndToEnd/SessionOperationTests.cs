using System.Net;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Logging in by one of several flows, and updating what a session logs in with.</summary>
[Collection(AccountHost.Collection)]
public sealed class SessionOperationTests(AccountHost host) : IAsyncLifetime
{
    public Task InitializeAsync()
    {
        host.Site.Reset();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        host.Site.SetUser(AccountHost.User, AccountHost.Password);
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("form", "POST /login", "GET /account", "GET /link", "GET /link/account", false)]
    [InlineData("link", "GET /link", "GET /link/account", "POST /login", "GET /account", true)]
    public async Task A_parameter_of_the_session_chooses_the_flow_in_create_check_and_api(
        string flow, string entrance, string account, string otherEntrance, string otherAccount, bool byLink)
    {
        await host.Project.LogInAsync($"flow-{flow}", AccountHost.Credentials(flow: flow));
        var run = await host.Project.RunAsync("read", new JsonObject { ["id"] = $"flow-{flow}" });

        Assert.Equal("completed", ProjectDriver.Text(run, "status"));
        Assert.Equal(byLink, run["result"]!["byLink"]!.GetValue<bool>());
        Assert.Equal(1, run["result"]!["rows"]!.GetValue<int>());
        Assert.Equal((1, 2), (host.Site.Visits(entrance), host.Site.Visits(account)));
        Assert.Equal((0, 0), (host.Site.Visits(otherEntrance), host.Site.Visits(otherAccount)));
    }

    [Fact]
    public async Task An_update_logs_in_with_new_credentials_and_later_ones_are_used_again()
    {
        await host.Project.LogInAsync("updated", AccountHost.Credentials());
        host.Site.SetUser(AccountHost.User, "the new password");
        host.Site.Reset();

        var (again, _) = await UpdateAsync("updated", []);
        Assert.Equal("failed", ProjectDriver.Text(again, "status"));
        Assert.Equal("create-attempts-failed", ProjectDriver.Text(again["error"]!, "code"));
        Assert.Equal("EXPIRED", ProjectDriver.Text(await host.Project.DetailsAsync("updated"), "status"));

        var (done, run) = await UpdateAsync("updated", new JsonObject { ["parameters"] = AccountHost.Credentials("the new password") });
        Assert.True(ProjectDriver.Text(done, "status") == "done", done.ToJsonString());
        Assert.Equal("AuthSession:Update", ProjectDriver.Text(run, "type"));
        Assert.Equal(["create", "check"], ProjectDriver.Kinds(run));

        host.Site.ExpireAll();
        var (repeated, _) = await UpdateAsync("updated", []);
        Assert.Equal("done", ProjectDriver.Text(repeated, "status"));
        Assert.Equal(2, host.Site.Logins);
        var details = await host.Project.DetailsAsync("updated");
        Assert.Equal("READY", ProjectDriver.Text(details, "status"));
        Assert.False(details.ContainsKey("lockedBy"));
        var read = await host.Project.RunAsync("read", new JsonObject { ["id"] = "updated", ["autoRecreate"] = false });
        Assert.Equal("completed", ProjectDriver.Text(read, "status"));
    }

    [Fact]
    public async Task An_update_names_what_it_cannot_take()
    {
        await host.Project.LogInAsync("refusing", AccountHost.Credentials());

        var refused = await host.Project.SendAsync(
            HttpMethod.Post,
            "/auth-sessions/refusing/update",
            new JsonObject { ["parameters"] = "text", ["proxy"] = "not an address" },
            HttpStatusCode.BadRequest);

        Assert.Contains("parameters", refused.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("proxy", refused.ToJsonString(), StringComparison.Ordinal);
    }

    private Task<(JsonObject Result, JsonObject Run)> UpdateAsync(string session, JsonObject body)
    {
        body["createAttempts"] = 1;
        body["saveTrace"] = false;
        return host.Project.OperateAsync($"{session}/update", body);
    }
}
