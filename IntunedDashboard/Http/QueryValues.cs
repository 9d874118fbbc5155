using System.Globalization;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Http;

/// <summary>
/// Reads a query string value by value and collects every fault with its name, as <see cref="JsonBody"/> does for bodies. Unknown
/// names are ignored and an empty value counts as absent; call <see cref="ThrowIfFaulty"/> before acting.
/// </summary>
public sealed class QueryValues(IQueryCollection query)
{
    private readonly List<FieldFault> _faults = [];

    /// <summary>Lets REST handlers take the query string as a parameter.</summary>
    public static ValueTask<QueryValues> BindAsync(HttpContext context) => new(new QueryValues(context.Request.Query));

    public void AddFault(string name, string message) => _faults.Add(new FieldFault(name, message));

    public string? Text(string name) => query[name].FirstOrDefault(v => !string.IsNullOrEmpty(v));

    /// <param name="maximum">Inclusive, like <paramref name="minimum"/>.</param>
    public int WholeNumber(string name, int fallback, int minimum, int maximum)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        AddFault(name, $"Must be a whole number from {minimum} to {maximum}.");
        return fallback;
    }

    public bool Flag(string name)
    {
        switch (Text(name))
        {
            case null or "false":
                return false;
            case "true":
                return true;
            default:
                AddFault(name, "Must be true or false.");
                return false;
        }
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        AddFault(name, "Must be an ISO-8601 time such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>Several values are separated by commas; case does not matter.</summary>
    public IReadOnlyList<T> Words<T>(string name, IReadOnlyList<T> values, Func<T, string> word)
    {
        var found = new List<T>();
        foreach (var text in Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var matching = values.Where(v => word(v).Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
            if (matching.Count == 0)
            {
                AddFault(name, $"Allowed are: {string.Join(", ", values.Select(word))}.");
                break;
            }

            found.AddRange(matching);
        }

        return found;
    }

    /// <exception cref="RequestException">Anything was wrong; it lists every fault.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw RequestException.Invalid(_faults);
        }
    }
}
