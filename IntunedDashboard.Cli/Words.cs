using System.Globalization;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli;

/// <summary>How the command line words what the server says.</summary>
internal static class Words
{
    /// <summary>States are upper-case here and lower-case in REST.</summary>
    public static string Upper(string state) => state.ToUpperInvariant();

    public static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string? Duration(long? milliseconds) =>
        milliseconds is { } known ? Durations.Show(TimeSpan.FromMilliseconds(known)) : null;

    public static string Why(string what, string status, RunErrorWire? error, RunReasonWire? reason) => status switch
    {
        "failed" => $"{what} failed: {Sentence(error, reason) ?? "no reason is known."}",
        _ => $"{what} was canceled: {Sentence(error, reason) ?? "no reason is known."}",
    };

    public static string? Sentence(RunErrorWire? error, RunReasonWire? reason) =>
        error is not null ? $"{error.Message} ({error.Code ?? error.Category})"
        : reason is not null ? $"{reason.Message} ({reason.Type})"
        : null;

    /// <summary>The command that shows a Run again.</summary>
    public static string LookAtRun(Call call, string runId) => $"intuned platform runs get {runId} -p {call.ProjectName}";
}
