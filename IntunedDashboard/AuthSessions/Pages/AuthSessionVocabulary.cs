using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.AuthSessions.Pages;

/// <summary>The words, signs and colours of AuthSessions. Those that need somebody come first.</summary>
public static class AuthSessionVocabulary
{
    private static readonly StateTerm Expired = new("expired", "Expired", Tone.Warning, IconName.Warning, 0);
    private static readonly StateTerm Pending = new("pending", "Pending", Tone.Active, IconName.Progress, 1, IsLive: true);
    private static readonly StateTerm Ready = new("ready", "Ready", Tone.Good, IconName.CheckCircle, 2);

    public static StateTerm Of(AuthSessionStatus status) => status switch
    {
        AuthSessionStatus.Expired => Expired,
        AuthSessionStatus.Pending => Pending,
        _ => Ready,
    };

    public static string TextOf(AuthSessionType type) => type switch
    {
        AuthSessionType.Credentials => "Credentials",
        AuthSessionType.Recorder => "Recorder",
        _ => "Runtime",
    };

    public static string TextOf(AuthSessionSource source) => source switch
    {
        AuthSessionSource.Ui => "Dashboard",
        AuthSessionSource.Code => "Created via code",
        _ => "API",
    };

    /// <summary>What the Run that holds a session is doing with it.</summary>
    public static string TextOf(AuthSessionOperation operation) => operation switch
    {
        AuthSessionOperation.Create => "logging in",
        AuthSessionOperation.Update => "updating",
        AuthSessionOperation.Recreate => "logging in again",
        AuthSessionOperation.Record => "checking a login by hand",
        _ => "validating",
    };
}
