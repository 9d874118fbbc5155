namespace IntunedDashboard.AuthSessions;

/// <summary><c>AuthSessions:*</c>.</summary>
public sealed class AuthSessionOptions
{
    public const string Section = "AuthSessions";

    /// <summary>Whether a validation that may log in again holds the session alone from its first check, as the published rule says.
    /// Otherwise checks share the session and only logging in holds it.</summary>
    public bool StrictLocking { get; set; }

    /// <summary>Executions of <c>create</c> for one session within an hour; more would risk a lock-out of the account.</summary>
    public int LoginsPerHour { get; set; } = 60;

    /// <summary>Captured states kept for a session, the current one included.</summary>
    public int StateVersionsKept { get; set; } = 5;

    /// <summary>Logins in a row that went through and were then refused by the check, after which the session is left to a person.</summary>
    public int UnprovenLoginsAllowed { get; set; } = 3;
}
