using System.Globalization;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Cli;

/// <summary>Durations as people write them: <c>30s</c>, <c>4m</c>, <c>10 mins</c>, <c>2h</c>.</summary>
internal static partial class Durations
{
    public const string Examples = "30s, 10m, 2h";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <param name="plainUnit">What a number without a unit counts.</param>
    /// <exception cref="CliException">The text is no positive duration; the message names <paramref name="option"/>.</exception>
    public static TimeSpan Parse(string text, string option, TimeSpan plainUnit)
    {
        var match = Form().Match(text.Trim());
        if (match.Success
            && UnitOf(match.Groups["unit"].Value, plainUnit) is { } unit
            && double.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && number <= Longest / unit)
        {
            return number * unit;
        }

        throw new CliException($"{option} must be a duration such as {Examples}, not '{text}'.");
    }

    public static string Show(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    private static TimeSpan? UnitOf(string unit, TimeSpan plainUnit) => unit.ToLowerInvariant() switch
    {
        "" => plainUnit,
        "ms" or "msec" or "msecs" or "millisecond" or "milliseconds" => TimeSpan.FromMilliseconds(1),
        "s" or "sec" or "secs" or "second" or "seconds" => TimeSpan.FromSeconds(1),
        "m" or "min" or "mins" or "minute" or "minutes" => TimeSpan.FromMinutes(1),
        "h" or "hr" or "hrs" or "hour" or "hours" => TimeSpan.FromHours(1),
        "d" or "day" or "days" => TimeSpan.FromDays(1),
        _ => null,
    };

    [GeneratedRegex("^(?<number>[0-9]*[.]?[0-9]+) *(?<unit>[A-Za-z]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
