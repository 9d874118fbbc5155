using System.Net;
using IntunedDashboard.Notifications;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Notifications;

/// <summary>Notifications on their way to a real receiver.</summary>
public sealed class WebhookNoticeTests : IAsyncLifetime
{
    private const string Channel = "webhook";

    private readonly string _secret = WebhookSecret.New();
    private readonly ShiftedTime _clock = new();
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [DataFact]
    public async Task It_arrives_once_signed_with_what_was_promised_also_over_a_restart()
    {
        await using var host = await StartAsync();
        await host.LoseNewSessionAsync("lost");
        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Sent);
        Assert.Equal((1, $"{_receiver.Url} answered 204."), (notice.AttemptCount, notice.Message));

        var received = Assert.Single(_receiver.All);
        Assert.True(received.IsSignedWith(_secret));
        var notification = Assert.Single(await host.App.NotificationsAsync());
        Assert.Equal($"ntf_{notification.Id}", received.Id);
        Assert.Equal(
            ["type", "id", "workspaceId", "project", "kind", "message", "url", "createdAt"], received.Json.Select(p => p.Key));
        Assert.Equal("notification.created", Text(received.Json, "type"));
        Assert.Equal(notification.Id, Text(received.Json, "id"));
        Assert.Equal(host.App.WorkspaceId.ToString(), Text(received.Json, "workspaceId"));
        Assert.Equal("flow", Text(received.Json, "project"));
        Assert.Equal("session-needs-attention", Text(received.Json, "kind"));
        Assert.Equal(notification.Message, Text(received.Json, "message"));
        Assert.Equal("https://automations.example.test/projects/flow/auth-sessions/lost", Text(received.Json, "url"));
        Assert.Equal(notification.CreatedAt, received.Json["createdAt"]!.GetValue<DateTimeOffset>());

        await host.RestartAsync();
        await host.LoseSessionAsync("lost");
        await host.LoseNewSessionAsync("second");
        await host.App.NoticeAsync(Channel, NoticeStatus.Sent);
        Assert.Equal(2, _receiver.All.Count);
        Assert.DoesNotContain(_secret, host.App.Log, StringComparison.Ordinal);
    }

    [DataFact]
    public async Task What_was_on_its_way_when_the_server_stopped_is_not_sent_again()
    {
        var hangs = new TaskCompletionSource();
        _receiver.Answer = (_, context) => hangs.Task.WaitAsync(context.RequestAborted);
        await using var host = await StartAsync();
        await host.LoseNewSessionAsync("lost");
        await Eventually.TrueAsync(() => _receiver.All.Count == 1);
        await host.RestartAsync();
        hangs.SetResult();
        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.NoContent);

        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Unknown);
        Assert.Contains("It may have arrived", notice.Message, StringComparison.Ordinal);
        await host.LoseNewSessionAsync("second");
        await host.App.NoticeAsync(Channel, NoticeStatus.Sent);
        Assert.Equal(2, _receiver.All.Count);
    }

    [DataFact]
    public async Task A_receiver_that_is_away_gets_it_later_and_one_that_answers_a_fault_does_not()
    {
        var url = _receiver.Url;
        await _receiver.DisposeAsync();
        await using var host = await StartAsync(url);
        await host.LoseNewSessionAsync("lost");
        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Pending);
        notice = await Eventually.GetAsync(() => host.App.NoticeAsync(Channel, NoticeStatus.Pending), n => n.Message is not null);
        Assert.Equal($"{url} could not be connected to.", notice.Message);

        // The receiver is back, at first busy and then broken.
        await using var back = await WebhookReceiver.StartAsync(url);
        back.Answer = (_, context) => WebhookReceiver.With(context, back.All.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.InternalServerError);
        _clock.Set(notice.NextAttemptAt!.Value);
        notice = await Eventually.GetAsync(
            () => host.App.NoticeAsync(Channel, NoticeStatus.Pending, NoticeStatus.Sending, NoticeStatus.Failed),
            n => n is { AttemptCount: 2, Status: NoticeStatus.Pending });
        Assert.Equal($"{url} answered 503.", notice.Message);
        _clock.Set(notice.NextAttemptAt!.Value);
        notice = await host.App.NoticeAsync(Channel, NoticeStatus.Failed);
        Assert.Equal((3, $"{url} answered 500."), (notice.AttemptCount, notice.Message));
        Assert.Single(back.All.Select(r => r.Id).Distinct());
    }

    [DataFact]
    public async Task What_is_resolved_before_it_was_sent_is_dropped()
    {
        var url = _receiver.Url;
        await _receiver.DisposeAsync();
        await using var host = await StartAsync(url);
        await host.LoseNewSessionAsync("lost");
        await Eventually.GetAsync(() => host.App.NoticeAsync(Channel, NoticeStatus.Pending), n => n.Message is not null);
        host.Engine.Reset();
        await host.UpdateSessionAsync("lost");

        await host.App.NoticeAsync(Channel, NoticeStatus.Dropped);
    }

    [Fact]
    public async Task A_private_target_is_refused_unless_the_setting_allows_it()
    {
        await using var host = await StartAsync(privateTargets: "false");
        await host.LoseNewSessionAsync("lost");

        var notice = await Eventually.GetAsync(() => host.App.NoticeAsync(Channel, NoticeStatus.Pending), n => n.Message is not null);
        Assert.Contains("Network:AllowPrivateTargets", notice.Message, StringComparison.Ordinal);
        Assert.Empty(_receiver.All);
    }

    private Task<FlowHost> StartAsync(string? url = null, string privateTargets = "true") => NotificationHost.StartAsync(
        new Dictionary<string, string>
        {
            ["Notifications:Webhook:Url"] = $"{url ?? _receiver.Url}/alerts",
            ["Notifications:Webhook:Secret"] = _secret,
            ["Dashboard:PublicUrl"] = "https://automations.example.test/",
            ["Network:AllowPrivateTargets"] = privateTargets,
        },
        _clock);
}
