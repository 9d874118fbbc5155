using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Tests.Execution.Support;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Tests.Execution;

public sealed class BrowserPoolTests
{
    [Fact]
    public async Task A_browser_is_ready_soon_after_the_start_and_belongs_to_one_holder()
    {
        await using var host = await EngineHost.StartAsync();
        var changed = new TaskCompletionSource();
        host.Browsers.AvailabilityChanged += (_, _) => changed.TrySetResult();
        await Eventually.TrueAsync(() => host.Browsers.Availability.IsAvailable);
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await using var first = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        await using var second = await host.Browsers.LeaseAsync(new BrowserRequest(), default);

        Assert.NotEqual(first.CdpEndpoint, second.CdpEndpoint);
        Assert.StartsWith("ws://127.0.0.1:", first.WebSocketEndpoint, StringComparison.Ordinal);
        Assert.Matches(@"^chromium.* \d+\.", first.Description);
    }

    [Fact]
    public async Task A_returned_browser_is_gone_and_the_next_lease_is_immediate()
    {
        await using var host = await EngineHost.StartAsync();
        var lease = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        using var http = new HttpClient();
        Assert.Contains("Browser", await http.GetStringAsync(new Uri(lease.CdpEndpoint + "/json/version")), StringComparison.Ordinal);
        // Two slots: one browser in use and one for the next Run.
        await Eventually.TrueAsync(() => host.RegisteredBrowsers().Count == 2);
        var pid = await host.PidOfAsync(lease);
        var owner = Assert.Single(host.RegisteredBrowsers(), b => b.Pid == pid);

        await lease.DisposeAsync();
        var next = host.Browsers.LeaseAsync(new BrowserRequest(), default);

        Assert.True(next.IsCompleted);
        await using var held = await next;
        await Eventually.TrueAsync(() => !host.RegisteredBrowsers().Contains(owner));
        await Eventually.TrueAsync(() => host.RegisteredBrowsers().Count == 2);
    }

    [Fact]
    public async Task A_lease_that_is_given_up_leaves_its_browser_to_whoever_waits_next()
    {
        await using var host = await EngineHost.StartAsync(null, ("Node:BrowserSlots", "1"));
        using var impatience = new CancellationTokenSource();
        var first = host.Browsers.LeaseAsync(new BrowserRequest(), impatience.Token);
        var second = host.Browsers.LeaseAsync(new BrowserRequest(), default);

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await using var lease = await second;
        // What was launched for the first lease becomes ready for the next one; whether the start launched one more depends on who was first.
        await Eventually.TrueAsync(() => host.RegisteredBrowsers().Count >= 2);
        await using var next = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        Assert.NotEqual(lease.CdpEndpoint, next.CdpEndpoint);
    }

    [Fact]
    public async Task A_browser_that_dies_while_it_waits_is_replaced()
    {
        await using var host = await EngineHost.StartAsync();
        await Eventually.TrueAsync(() => host.RegisteredBrowsers().Count == 2);
        var before = host.RegisteredBrowsers();

        before.ForEach(p => p.Kill());
        await Eventually.TrueAsync(() => host.RegisteredBrowsers() is { Count: 2 } now && !now.Intersect(before).Any());

        await using var lease = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        using var project = new TestProject().WithFunction("api/alive", "return 1;");
        (await host.RunAsync(lease, project, "api/alive")).Succeeded();
    }

    [Fact]
    public async Task Shared_isolation_gives_everybody_the_same_browser_and_contexts_of_their_own()
    {
        await using var host = await EngineHost.StartAsync(null, ("Browser:Isolation", "Shared"));
        using var project = new TestProject()
            .WithFunction("api/mark", "await context.addCookies([{ name: 'a', value: 'b', url: 'http://site.test' }]); return (await context.cookies()).length;");

        var first = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        var second = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        Assert.Equal(first.CdpEndpoint, second.CdpEndpoint);
        Assert.Equal("1", (await host.RunAsync(first, project, "api/mark")).Succeeded());
        await first.DisposeAsync();

        Assert.Equal("1", (await host.RunAsync(second, project, "api/mark")).Succeeded());
    }

    [Fact]
    public async Task A_driver_that_does_not_start_is_said_in_a_sentence_and_the_server_goes_on()
    {
        await using var host = await EngineHost.StartAsync(new EngineLimits { BrowserStart = TimeSpan.FromMicroseconds(1) });

        var refused = await Assert.ThrowsAsync<BrowserUnavailableException>(() => host.Browsers.LeaseAsync(new BrowserRequest(), default));

        Assert.Contains("driver", refused.Message, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => host.Browsers.Availability == new BrowserAvailability(false, false, refused.Message));
        Assert.False(host.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_configured_browser_that_does_not_start_is_said_in_a_sentence()
    {
        using var folder = new TemporaryFolder("browser");
        var fake = Path.Combine(folder.Path, "no-browser");
        await File.WriteAllTextAsync(fake, "#!/bin/sh\nexit 1\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await using var host = await EngineHost.StartAsync(null, ("Browser:ExecutablePath", fake));

        var leases = Enumerable.Range(0, 3).Select(_ => host.Browsers.LeaseAsync(new BrowserRequest(), default)).ToList();

        await Assert.ThrowsAsync<BrowserUnavailableException>(() => leases[0]);
        await Assert.ThrowsAsync<BrowserUnavailableException>(() => leases[1]);
        var refused = await Assert.ThrowsAsync<BrowserUnavailableException>(() => leases[2]);
        Assert.Contains(fake, refused.Message, StringComparison.Ordinal);
        Assert.Equal(new BrowserAvailability(false, false, refused.Message), host.Browsers.Availability);
    }

    [Fact]
    public async Task Attempts_with_a_window_use_a_browser_that_has_one()
    {
        await using var host = await EngineHost.StartAsync();

        Assert.True(host.Get<BrowserLocator>().Find(headful: true)!.HasWindow);
    }

    [Theory]
    [InlineData("Browser:ExecutablePath", "/no/such/browser")]
    [InlineData("Browser:AutoInstall", "perhaps")]
    [InlineData("Browser:Isolation", "None")]
    [InlineData("Node:BrowserSlots", "0")]
    public async Task A_wrong_setting_is_named_at_the_start(string key, string value)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => EngineHost.StartAsync(null, (key, value)));

        Assert.Contains($"{key} is '{value}'", fault.Message, StringComparison.Ordinal);
    }
}
