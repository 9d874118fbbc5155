using System.Text.Json;

namespace IntunedDashboard.Execution;

/// <summary>Values that nobody declared secret but that open a session: cookies, stored tokens, authorization headers.</summary>
internal static class LearntSecrets
{
    private const int Shortest = 8;
    private const int LongestWord = 15;
    private const int Longest = 16 * 1024;

    private static readonly HashSet<string> SensitiveHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token",
    };

    /// <summary>From a captured or stored browser state.</summary>
    public static IEnumerable<string> FromState(string? stateJson)
    {
        if (stateJson is null)
        {
            return [];
        }

        using var state = JsonDocument.Parse(stateJson);
        var found = new HashSet<string>(StringComparer.Ordinal);
        Collect(state.RootElement, null, found);
        return found;
    }

    public static IEnumerable<string> FromValues(IEnumerable<string> values) => values.Where(IsTelling);

    /// <summary>From one line of a trace's network log.</summary>
    public static void FromNetworkLine(ReadOnlyMemory<byte> line, ISet<string> found)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            CollectHeaders(entry.RootElement, found);
        }
        catch (JsonException)
        {
            // A line that a crash cut off.
        }
    }

    /// <summary>Words, flags and small numbers say nothing and would be removed from everything else.</summary>
    private static bool IsTelling(string value) =>
        value.Length is >= Shortest and <= Longest
        && (value.Length > LongestWord || (value.Any(char.IsAsciiDigit) && value.Any(char.IsLetter)))
        && !Uri.IsWellFormedUriString(value, UriKind.Absolute);

    private static void Collect(JsonElement element, string? property, HashSet<string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Collect(member.Value, member.Name, found);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, property, found);
                }

                break;
            case JsonValueKind.String when property is not ("name" or "origin" or "domain" or "path" or "sameSite" or "keyPath"):
                CollectText(element.GetString()!, found);
                break;
        }
    }

    private static void CollectText(string text, HashSet<string> found)
    {
        if (IsTelling(text))
        {
            found.Add(text);
        }

        if (text.Length > 1 && text[0] is '{' or '[')
        {
            try
            {
                using var inner = JsonDocument.Parse(text);
                Collect(inner.RootElement, null, found);
            }
            catch (JsonException)
            {
                // Only looks like JSON.
            }
        }
    }

    private static void CollectHeaders(JsonElement element, ISet<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                CollectHeaders(item, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.TryGetProperty("name", out var name) && element.TryGetProperty("value", out var value)
                && name.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String
                && SensitiveHeaders.Contains(name.GetString()!))
            {
                AddHeader(name.GetString()!, value.GetString()!, found);
            }

            foreach (var member in element.EnumerateObject())
            {
                CollectHeaders(member.Value, found);
            }
        }
    }

    private static void AddHeader(string name, string value, ISet<string> found)
    {
        IEnumerable<string> parts = name.ToUpperInvariant() switch
        {
            "COOKIE" => value.Split(';').Select(AfterName),
            "SET-COOKIE" => value.Split('\n').Select(line => AfterName(line.Split(';')[0])),
            "AUTHORIZATION" or "PROXY-AUTHORIZATION" => [value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..]],
            _ => [value],
        };
        foreach (var part in parts.Select(p => p.Trim()).Where(p => p.Length is >= Shortest and <= Longest))
        {
            found.Add(part);
        }
    }

    private static string AfterName(string pair) => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
}
