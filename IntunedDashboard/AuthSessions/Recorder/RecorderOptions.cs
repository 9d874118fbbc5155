namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary><c>Recorder:*</c>.</summary>
public sealed class RecorderOptions
{
    public const string Section = "Recorder";

    /// <summary>How long a person may take to log in.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Browsers for people at the same time on this node.</summary>
    public int MaxConcurrent { get; set; } = 4;

    /// <summary>What one of them may hold in memory before it is closed.</summary>
    public int MemoryMegabytes { get; set; } = 1536;

    /// <summary>How long nobody may look before it is closed.</summary>
    public TimeSpan ReconnectTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a link may wait for its first opening.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Sites that may show the login in a frame and are told how it ended: origins with spaces between them.</summary>
    public string AllowedOrigins { get; set; } = string.Empty;

    public IReadOnlyList<string> Origins => Split(AllowedOrigins);

    /// <returns>What is wrong with a value of <see cref="AllowedOrigins"/>, or null.</returns>
    public static string? OriginsFault(string value) => Split(value).FirstOrDefault(o => !IsOrigin(o)) is { } wrong
        ? $"Must be origins such as https://app.example.com with spaces between them; '{wrong}' is none."
        : null;

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;

    private static string[] Split(string value) => value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
