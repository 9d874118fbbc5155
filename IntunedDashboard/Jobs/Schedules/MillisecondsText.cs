using System.Globalization;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Jobs.Schedules;

/// <summary>Durations as clients write them: a number of milliseconds, or text such as <c>6h</c>, <c>10 minutes</c>, <c>1.5d</c>.</summary>
public static partial class MillisecondsText
{
    private const double Second = 1000;
    private const double Day = 24 * 60 * 60 * Second;

    /// <returns>Whole milliseconds, or null when the text is no duration.</returns>
    public static long? Parse(string text)
    {
        var match = Pattern().Match(text.Trim());
        if (!match.Success || !double.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var factor = match.Groups["unit"].Value.ToLowerInvariant() switch
        {
            "" or "ms" or "msec" or "msecs" or "millisecond" or "milliseconds" => 1,
            "s" or "sec" or "secs" or "second" or "seconds" => Second,
            "m" or "min" or "mins" or "minute" or "minutes" => 60 * Second,
            "h" or "hr" or "hrs" or "hour" or "hours" => 60 * 60 * Second,
            "d" or "day" or "days" => Day,
            "w" or "week" or "weeks" => 7 * Day,
            "mo" or "month" or "months" => 365.25 / 12 * Day,
            "y" or "yr" or "yrs" or "year" or "years" => 365.25 * Day,
            _ => double.NaN,
        };
        var milliseconds = Math.Round(number * factor);
        return milliseconds is >= 0 and <= long.MaxValue / 2 ? (long)milliseconds : null;
    }

    [GeneratedRegex(@"^(?<number>\d*\.?\d+)\s*(?<unit>[a-zA-Z]*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
