using System.Text.RegularExpressions;
using IntunedDashboard.Platform;

namespace IntunedDashboard.AuthSessions;

public static partial class AuthSessionIds
{
    public const string Rule = "Must have 3 to 128 characters: letters, digits, hyphens and underscores.";

    public static bool IsValid(string id) => Pattern().IsMatch(id);

    public static string New() => $"auth-session-{Ids.NewCorrelationId()}";

    [GeneratedRegex("^[A-Za-z0-9_-]{3,128}$", RegexOptions.None, 1000)]
    private static partial Regex Pattern();
}
