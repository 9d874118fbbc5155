using IntunedDashboard.Projects;

namespace IntunedDashboard.Notifications;

/// <summary>The words that receivers of webhooks get.</summary>
public static class NotificationWords
{
    /// <summary>The type of every webhook of a notification.</summary>
    public const string Created = "notification.created";

    public static string Of(NeedKind kind) => kind switch
    {
        NeedKind.SessionNeedsAttention => "session-needs-attention",
        NeedKind.PersonNeeded => "person-needed",
        _ => "jobrun-paused",
    };
}
