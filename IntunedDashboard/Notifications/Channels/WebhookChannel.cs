using System.Text.Json;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;

namespace IntunedDashboard.Notifications.Channels;

/// <summary>
/// Posts notifications as sinks are posted to: with their signature and their rule for private addresses. Every one has a connection of
/// its own, because a client may send again by itself what it could not send over one that it had kept.
/// </summary>
public sealed class WebhookChannel(WebhookNotices settings, OutboundTargets targets, INodeMessages messages, TimeProvider clock) : INoticeChannel, IDisposable
{
    public const string ChannelName = "webhook";

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["Connection"] = "close" };

    private readonly SinkConnections _connections = new(targets);
    private readonly SinkDefinition _sink = new() { Type = SinkDefinition.Webhook, Url = settings.Url, Secret = settings.Secret, Headers = Headers };

    public string Name => ChannelName;

    public NoticeWake Wake { get; } = new(clock, messages, ChannelName);

    public async Task<NoticeAnswer> SendAsync(NotificationView notification, string url, CancellationToken cancellationToken)
    {
        var message = new SinkMessage($"ntf_{notification.Id}", string.Empty, Body(notification, url));
        var answer = await new WebhookSender(_connections, clock).SendAsync(_sink, message, cancellationToken);
        var outcome = answer switch
        {
            { IsDelivered: true } => NoticeOutcome.Sent,
            { HasNotLeft: true } or { StatusCode: StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable } => NoticeOutcome.NotTaken,
            { StatusCode: not null } => NoticeOutcome.Refused,
            _ => NoticeOutcome.Unknown,
        };
        return new NoticeAnswer(outcome, answer.Message);
    }

    public void Dispose() => _connections.Dispose();

    private static byte[] Body(NotificationView notification, string url) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            type = NotificationWords.Created,
            id = notification.Id,
            workspaceId = notification.WorkspaceId,
            project = notification.Project,
            kind = NotificationWords.Of(notification.Kind),
            message = notification.Message,
            url,
            createdAt = notification.CreatedAt.UtcDateTime,
        });
}
