namespace IntunedDashboard.Notifications;

internal static partial class NotificationsLog
{
    [LoggerMessage(1970, LogLevel.Error, "Sending notifications by {Channel} failed inside the platform")]
    public static partial void SendingFailed(this ILogger logger, Exception exception, string channel);

    [LoggerMessage(1971, LogLevel.Warning, "Notification {NotificationId} was not sent by {Channel}: {Reason}")]
    public static partial void NotSent(this ILogger logger, string notificationId, string channel, string reason);
}
