using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Building;

/// <summary>Says in a sentence why npm failed.</summary>
public static partial class NpmFailure
{
    private const int MaxReportedLines = 20;

    public static bool IsPeerConflict(string output) => CodeOf(output) == "ERESOLVE";

    /// <param name="names">What was asked for.</param>
    public static string Describe(string names, string output)
    {
        var reason = CodeOf(output) switch
        {
            "E404" => Missing().Match(output) is { Success: true } missing
                ? $"The registry has no package {missing.Groups["name"].Value}."
                : "The registry does not have one of the packages.",
            "ETARGET" or "ENOVERSIONS" => NoVersion().Match(output) is { Success: true } none
                ? $"There is no version of {none.Groups["name"].Value} that fits."
                : "A version that is asked for does not exist.",
            "E401" or "E403" or "ENEEDAUTH" or "EOTP" => "The registry refuses access. A private registry's address and token belong into the project's .npmrc.",
            "ENOTFOUND" or "EAI_AGAIN" or "ECONNREFUSED" or "ECONNRESET" or "ETIMEDOUT" or "ERR_SOCKET_TIMEOUT" or "EHOSTUNREACH" or "ENETUNREACH"
                or "EIDLETIMEOUT" => "The package registry could not be reached from this machine.",
            "EINTEGRITY" => "A package is not the one that the lock file was made with.",
            "ERESOLVE" => "The packages ask for versions of each other that do not go together.",
            "ENOSPC" => "There is no space left on this machine's disk.",
            "EBADENGINE" or "EBADPLATFORM" => "A package does not support this machine.",
            _ when output.Contains("spawn git", StringComparison.Ordinal) => "A package comes from a Git repository, and git is not on this machine.",
            _ => string.Empty,
        };
        return $"npm could not install {names}. {reason}".TrimEnd() + $"\n{Details(output)}";
    }

    /// <summary>npm's own words, without its report of requests and the name of a log file only the machine's owner can read.</summary>
    public static string Details(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("npm http", StringComparison.Ordinal)
                && !line.Contains("_logs", StringComparison.Ordinal)
                && !line.Contains("complete log of this run", StringComparison.Ordinal)
                && line.Trim() is not ("npm error" or "npm ERR!"))
            .ToArray();
        return string.Join('\n', lines.TakeLast(MaxReportedLines));
    }

    private static string CodeOf(string output) => Code().Match(output) is { Success: true } found ? found.Groups["code"].Value : string.Empty;

    [GeneratedRegex(@"^npm (?:error|ERR!) code (?<code>[A-Z0-9_]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"'(?<name>[^'\s]+)' is not in (this|the npm) registry", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex(@"No matching version found for (?<name>\S+?)\.?(\s|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NoVersion();
}
