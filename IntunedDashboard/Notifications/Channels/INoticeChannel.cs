using IntunedDashboard.Platform;

namespace IntunedDashboard.Notifications.Channels;

/// <summary>A way out of the dashboard. Each one that is registered gets every notification.</summary>
public interface INoticeChannel
{
    /// <summary>At most 10 characters; it is stored with each notice.</summary>
    string Name { get; }

    NoticeWake Wake { get; }

    /// <param name="url">Where the notification can be mended.</param>
    /// <returns>Whatever went wrong is in the answer; only the caller's own cancellation is thrown.</returns>
    Task<NoticeAnswer> SendAsync(NotificationView notification, string url, CancellationToken cancellationToken);
}

/// <summary>Wakes whoever sends by a channel.</summary>
public sealed class NoticeWake(TimeProvider clock, INodeMessages messages, string channel) : WakeCall(clock, messages, $"notices-{channel}");

public enum NoticeOutcome
{
    Sent,

    /// <summary>It was certainly not taken, and may be later.</summary>
    NotTaken,

    /// <summary>It was refused for good.</summary>
    Refused,

    /// <summary>Nobody knows.</summary>
    Unknown,
}

/// <param name="Message">A sentence for people that holds nothing secret.</param>
public sealed record NoticeAnswer(NoticeOutcome Outcome, string Message);
