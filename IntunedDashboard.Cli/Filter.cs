using System.Globalization;

namespace IntunedDashboard.Cli;

/// <summary>One <c>field=value</c> or <c>field&gt;value</c>. Several values separated by commas are alternatives; several filters must all hold.</summary>
internal sealed record Filter(string Field, char Operator, string Value)
{
    /// <exception cref="CliException">A filter has another form or names a field that cannot be filtered.</exception>
    public static IReadOnlyList<Filter> Read(Call call, params IReadOnlyList<string> fields) =>
        [.. (call.Get(CommonOptions.Filter) ?? []).Select(text => Parse(text, fields))];

    /// <param name="value">The item's value: text, a whole number or a time; null never matches.</param>
    public bool Matches(object? value) => value switch
    {
        null => false,
        long number => Operator == '>' ? number > Number() : number == Number(),
        DateTimeOffset time => Operator == '>' ? time > Time() : time == Time(),
        _ => Operator == '='
            ? Alternatives.Contains(value.ToString(), StringComparer.OrdinalIgnoreCase)
            : throw new CliException($"The filter {this} cannot be used: {Field} has no order. Use {Field}={Value}."),
    };

    public string[] Alternatives => Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"\"{Field}{Operator}{Value}\"";

    private static Filter Parse(string text, IReadOnlyList<string> fields)
    {
        var at = text.IndexOfAny(['=', '>']);
        if (at <= 0 || text[(at + 1)..].Trim() is not { Length: > 0 } value)
        {
            throw new CliException($"The filter \"{text}\" has a wrong form: write \"field=value\" or \"field>value\".");
        }

        var field = text[..at].Trim();
        return fields.Contains(field, StringComparer.Ordinal)
            ? new Filter(field, text[at], value)
            : throw new CliException($"There is no filter field {field}; there are {string.Join(", ", fields)}.");
    }

    private double Number() => double.TryParse(Value, CultureInfo.InvariantCulture, out var number)
        ? number
        : Durations.Parse(Value, $"The filter {Field}", TimeSpan.FromMilliseconds(1)).TotalMilliseconds;

    private DateTimeOffset Time() => DateTimeOffset.TryParse(Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : throw new CliException($"The filter {this} needs a time such as 2026-01-31T12:00:00Z.");
}
