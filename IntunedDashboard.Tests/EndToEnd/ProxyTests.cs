using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>A session's traffic leaves by its proxy or not at all.</summary>
[Collection(AccountHost.Collection)]
public sealed class ProxyTests(AccountHost host) : IAsyncLifetime
{
    private readonly ForwardProxy _first = new("first", "first \"secret\"/1");
    private readonly ForwardProxy _second = new("second", "second \"secret\"/2");

    private ProjectDriver Project => host.Project;

    public Task InitializeAsync()
    {
        host.Site.Reset();
        host.Site.Know(_first);
        host.Site.Know(_second);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Create_check_and_api_use_the_proxy_of_the_session_in_every_way_a_page_can_ask()
    {
        await Project.LogInAsync("proxied", AccountHost.Credentials(), _first.Address);
        Assert.Equal((1, 1), (host.Site.Visits("POST /login", "first"), host.Site.Visits("GET /account", "first")));
        var (validated, _) = await Project.OperateAsync("proxied/validate/start", []);
        Assert.Equal("done", ProjectDriver.Text(validated, "status"));
        Assert.Equal(2, host.Site.Visits("GET /account", "first"));
        using var stun = new UdpClient(0);
        var run = await Project.RunAsync(
            "every-way",
            new JsonObject { ["id"] = "proxied" },
            parameters: new JsonObject { ["stun"] = $"{OwnAddress()}:{((IPEndPoint)stun.Client.LocalEndPoint!).Port}" });

        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        Assert.Equal("""{"status":200,"fetched":200,"heard":"hello"}""", run["result"]!.ToJsonString());
        Assert.Equal((2, 1), (host.Site.Visits("GET /data", "first"), host.Site.Visits("GET /socket", "first")));
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct));
        Assert.Equal(0, stun.Available);
        Assert.True(_first.Requests > 0 && _first.Tunnels > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_proxy_that_cannot_be_used_ends_the_Run_without_a_login_and_without_a_direct_request(bool isReachable)
    {
        var proxy = isReachable ? _first.AddressWithWrongPassword : $"http://agent:secret@127.0.0.1:{ClosedPort()}";
        var id = isReachable ? "wrong-password" : "unreachable";
        await Project.LogInAsync(id, AccountHost.Credentials());
        host.Site.Reset();
        var run = await Project.RunAsync("read", new JsonObject { ["id"] = id }, proxy);

        Assert.Equal("canceled", ProjectDriver.Text(run, "status"));
        Assert.Contains("The proxy http://127.0.0.1:", ProjectDriver.Text(run["reason"]!, "message"), StringComparison.Ordinal);
        Assert.Equal(["check", "check", "check"], ProjectDriver.Kinds(await Project.ValidateRunOfAsync(run)));
        Assert.Equal("READY", ProjectDriver.Text(await Project.DetailsAsync(id), "status"));
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct) + host.Site.VisitsBy("first"));

        var (created, _) = await Project.OperateAsync(
            "create", new JsonObject { ["id"] = $"new-{id}", ["parameters"] = AccountHost.Credentials(), ["proxy"] = proxy, ["createAttempts"] = 1 });
        Assert.Equal("create-attempts-failed", ProjectDriver.Text(created["error"]!, "code"));
        Assert.Contains("The proxy http://127.0.0.1:", ProjectDriver.Text(created, "message"), StringComparison.Ordinal);
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct) + host.Site.VisitsBy("first"));
    }

    [Fact]
    public async Task An_update_of_the_proxy_alone_logs_in_through_the_new_one_and_null_takes_it_away()
    {
        await Project.LogInAsync("moved", AccountHost.Credentials(), _first.Address);
        host.Site.ForgetCounts();
        var (moved, _) = await Project.OperateAsync("moved/update", new JsonObject { ["proxy"] = _second.Address });
        Assert.True(ProjectDriver.Text(moved, "status") == "done", moved.ToJsonString());
        await ReadAsync("moved");

        Assert.Equal(1, host.Site.Visits("POST /login", "second"));
        Assert.Equal(1, host.Site.Visits("GET /data", "second"));
        Assert.Equal(0, host.Site.VisitsBy("first") + host.Site.VisitsBy(AccountSite.Direct));

        host.Site.ForgetCounts();
        var (removed, _) = await Project.OperateAsync("moved/update", new JsonObject { ["proxy"] = null });
        Assert.Equal("done", ProjectDriver.Text(removed, "status"));
        await ReadAsync("moved");
        Assert.Equal(0, host.Site.VisitsBy("first") + host.Site.VisitsBy("second"));
        Assert.Equal(1, host.Site.Visits("GET /data", AccountSite.Direct));
    }

    [Fact]
    public async Task The_proxy_of_the_session_comes_before_that_of_the_Run()
    {
        await Project.LogInAsync("precedence", AccountHost.Credentials(), _first.Address);
        await ReadAsync("precedence", _second.Address);

        Assert.Equal(0, host.Site.VisitsBy("second") + host.Site.VisitsBy(AccountSite.Direct));
        Assert.Equal(1, host.Site.Visits("GET /data", "first"));
    }

    [Fact]
    public async Task Without_one_of_the_session_the_proxy_of_a_Run_or_a_Validate_is_used_for_everything_it_does()
    {
        await Project.LogInAsync("borrowing", AccountHost.Credentials());
        host.Site.Reset();
        await ReadAsync("borrowing", _first.Address);

        Assert.Equal((4, 1, 1), (host.Site.Visits("GET /account", "first"), host.Site.Logins, host.Site.Visits("GET /data", "first")));
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct));
        var (validated, _) = await Project.OperateAsync("borrowing/validate/start", new JsonObject { ["proxy"] = _second.Address });
        Assert.Equal("done", ProjectDriver.Text(validated, "status"));
        Assert.Equal(1, host.Site.Visits("GET /account", "second"));
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct));

        host.Site.ForgetCounts();
        var run = await Project.RunAsync("read", new JsonObject { ["id"] = "borrowing", ["proxy"] = _second.Address }, _first.Address);
        Assert.Equal("completed", ProjectDriver.Text(run, "status"));
        Assert.Equal(1, host.Site.Visits("GET /data", "second"));
        Assert.Equal(0, host.Site.VisitsBy(AccountSite.Direct) + host.Site.VisitsBy("first"));
    }

    private async Task ReadAsync(string session, string? proxy = null)
    {
        var run = await Project.RunAsync("read", new JsonObject { ["id"] = session }, proxy);
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
    }

    /// <summary>WebRTC leaves the loopback alone.</summary>
    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a)) ?? IPAddress.Loopback;

    private static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
