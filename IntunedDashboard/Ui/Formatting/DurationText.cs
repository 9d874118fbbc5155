using System.Globalization;

namespace IntunedDashboard.Ui.Formatting;

/// <summary>Durations for people: two units at most, always with their names.</summary>
public static class DurationText
{
    public static string Of(TimeSpan duration)
    {
        var ms = Math.Max(0, duration.TotalMilliseconds);
        return ms switch
        {
            < 1 => "under 1 ms",
            < 999.5 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
            < 9_950 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s"),
            < 59_500 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0} s"),
            < 3_599_500 => InTwo(Math.Round(ms / 1000), 60, "min", "s"),
            < 86_370_000 => InTwo(Math.Round(ms / 60_000), 60, "h", "min"),
            _ => InTwo(Math.Round(ms / 3_600_000), 24, "d", "h"),
        };
    }

    private static string InTwo(double small, int ratio, string bigUnit, string smallUnit)
    {
        var whole = (long)small;
        return string.Create(CultureInfo.InvariantCulture, $"{whole / ratio} {bigUnit} {whole % ratio:00} {smallUnit}");
    }
}
