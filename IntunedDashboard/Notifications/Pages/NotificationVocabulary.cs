using IntunedDashboard.Notifications.Channels;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Notifications.Pages;

/// <summary>The words, signs and colours of notifications and of what was sent of them.</summary>
public static class NotificationVocabulary
{
    private static readonly StateTerm Session = new("session", "Session expired", Tone.Bad, IconName.Sessions, 0);
    private static readonly StateTerm Person = new("person", "Person needed", Tone.Warning, IconName.Person, 1);
    private static readonly StateTerm JobRun = new("jobrun", "JobRun paused", Tone.Warning, IconName.Pause, 2);

    private static readonly StateTerm Pending = new("pending", "To be sent", Tone.Active, IconName.Clock, 0);
    private static readonly StateTerm Again = new("again", "Waiting to try again", Tone.Warning, IconName.Again, 1);
    private static readonly StateTerm Sending = new("sending", "Sending", Tone.Active, IconName.Progress, 2, IsLive: true);
    private static readonly StateTerm Sent = new("sent", "Sent", Tone.Good, IconName.CheckCircle, 3);
    private static readonly StateTerm Failed = new("failed", "Not sent", Tone.Bad, IconName.CrossCircle, 4);
    private static readonly StateTerm Unknown = new("unknown", "Perhaps sent", Tone.Warning, IconName.Warning, 5);
    private static readonly StateTerm Dropped = new("dropped", "Not needed any more", Tone.Muted, IconName.Minus, 6);

    public static StateTerm Of(NeedKind kind) => kind switch
    {
        NeedKind.SessionNeedsAttention => Session,
        NeedKind.PersonNeeded => Person,
        _ => JobRun,
    };

    public static StateTerm Of(Notice notice) => notice.Status switch
    {
        NoticeStatus.Pending => notice.AttemptCount == 0 ? Pending : Again,
        NoticeStatus.Sending => Sending,
        NoticeStatus.Sent => Sent,
        NoticeStatus.Failed => Failed,
        NoticeStatus.Unknown => Unknown,
        _ => Dropped,
    };

    public static string ChannelOf(Notice notice) => notice.Channel == WebhookChannel.ChannelName ? "Webhook" : "Mail";

    /// <summary>In a few words.</summary>
    public static string TitleOf(NotificationView notification) => notification.Kind switch
    {
        NeedKind.SessionNeedsAttention => $"AuthSession {notification.AuthSessionId} needs attention",
        NeedKind.PersonNeeded => $"A Run of {notification.Project} needs a person",
        _ => $"{notification.JobId} needs attention: its JobRun has stopped",
    };
}
