using IntunedDashboard.Notifications;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using MimeKit;

namespace IntunedDashboard.Tests.Notifications;

/// <summary>Notifications on their way through a real mail server.</summary>
public sealed class EmailNoticeTests : IAsyncLifetime
{
    private const string Channel = "email";
    private const string Password = "planted-mail-Password";

    private readonly ShiftedTime _clock = new();
    private readonly MailServer _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_mail_says_what_is_needed_and_where_to_everybody_who_is_named()
    {
        _server.Account = ("automations", Password);
        var settings = _server.Settings("ops@example.test, Anna <anna@example.test>");
        settings["Notifications:Email:User"] = "automations";
        settings["Notifications:Email:Password"] = Password;
        settings["Dashboard:PublicUrl"] = "https://automations.example.test";
        await using var host = await StartAsync(settings);
        await host.LoseNewSessionAsync("lost");
        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Sent);
        Assert.Equal((1, "127.0.0.1 took it."), (notice.AttemptCount, notice.Message));

        var mail = Assert.Single(_server.All);
        var notification = Assert.Single(await host.App.NotificationsAsync());
        Assert.Equal("automations@example.test", mail.From);
        Assert.Equal(["ops@example.test", "anna@example.test"], mail.To);
        Assert.Equal("automations", mail.User);
        Assert.Equal("flow: AuthSession lost needs attention", mail.Message.Subject);
        Assert.Equal("auto-generated", mail.Message.Headers["Auto-Submitted"]);
        var part = Assert.IsType<TextPart>(mail.Message.Body);
        Assert.Equal("text/plain", part.ContentType.MimeType);
        Assert.StartsWith(notification.Message, part.Text, StringComparison.Ordinal);
        Assert.Contains("https://automations.example.test/projects/flow/auth-sessions/lost", part.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(FlowHost.Secret, part.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, host.App.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_was_refused_for_now_comes_again_and_one_refused_for_good_does_not()
    {
        _server.Answer = _ => Task.FromResult<string?>(_server.All.Count == 1 ? "451 4.3.0 busy" : "554 5.7.1 no");
        await using var host = await StartAsync(_server.Settings());
        await host.LoseNewSessionAsync("lost");
        var notice = await Eventually.GetAsync(() => host.App.NoticeAsync(Channel, NoticeStatus.Pending), n => n.Message is not null);
        Assert.Equal("127.0.0.1 did not take it: 451 4.3.0 busy", notice.Message);

        _clock.Set(notice.NextAttemptAt!.Value);
        notice = await host.App.NoticeAsync(Channel, NoticeStatus.Failed);
        Assert.Equal("127.0.0.1 did not take it: 554 5.7.1 no", notice.Message);
        Assert.Equal(2, _server.All.Count);
    }

    [Fact]
    public async Task A_mail_of_which_nobody_knows_whether_it_was_taken_is_not_sent_again()
    {
        _server.Answer = _ => Task.FromResult<string?>(null);
        await using var host = await StartAsync(_server.Settings());
        await host.LoseNewSessionAsync("lost");
        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Unknown);
        Assert.Contains("may have arrived", notice.Message, StringComparison.Ordinal);

        var hangs = new TaskCompletionSource<string?>();
        _server.Answer = _ => hangs.Task;
        await host.LoseNewSessionAsync("second");
        await Eventually.TrueAsync(() => _server.All.Count == 2);
        await host.RestartAsync();
        hangs.SetResult(MailServer.Taken);
        await host.App.NoticeAsync(Channel, NoticeStatus.Unknown);

        _server.Answer = _ => Task.FromResult<string?>(MailServer.Taken);
        await host.LoseNewSessionAsync("third");
        await host.App.NoticeAsync(Channel, NoticeStatus.Sent);
        Assert.Equal(3, _server.All.Count);
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_not_tried_again()
    {
        _server.Account = ("automations", "another");
        var settings = _server.Settings();
        settings["Notifications:Email:User"] = "automations";
        settings["Notifications:Email:Password"] = Password;
        await using var host = await StartAsync(settings);
        await host.LoseNewSessionAsync("lost");

        var notice = await host.App.NoticeAsync(Channel, NoticeStatus.Failed);
        Assert.Equal("127.0.0.1 does not accept the user and password of Notifications:Email.", notice.Message);
        Assert.DoesNotContain(Password, host.App.Log, StringComparison.Ordinal);
    }

    private Task<FlowHost> StartAsync(Dictionary<string, string> settings) => NotificationHost.StartAsync(settings, _clock);
}
