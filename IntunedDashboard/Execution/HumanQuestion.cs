using System.Text.Json;
using System.Text.RegularExpressions;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

public enum HumanFieldType
{
    Text,

    /// <summary>A one-time code.</summary>
    Code,

    Password,

    /// <summary>One of the automation's own choices.</summary>
    Choice,
}

/// <param name="Choices">Only of a choice.</param>
public sealed record HumanField(string Name, string Label, HumanFieldType Type, IReadOnlyList<string> Choices);

/// <summary>What an automation wants to know of a person, or wants done by one where there are no fields.</summary>
public sealed partial record HumanQuestion(string Message, IReadOnlyList<HumanField> Fields, TimeSpan Timeout)
{
    public const int LongestMessage = 1000;
    public const int LongestLabel = 200;
    public const int MostFields = 10;
    public const int MostChoices = 50;

    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(5);

    /// <exception cref="RequestException">Something is not as docs/runner-protocol.md says.</exception>
    public static HumanQuestion Read(JsonElement arguments)
    {
        var message = TextOf(arguments, "message", LongestMessage) ?? throw Fault("message", "is missing");
        return new HumanQuestion(message, FieldsOf(arguments), TimeoutOf(arguments));
    }

    private static TimeSpan TimeoutOf(JsonElement arguments)
    {
        if (Find(arguments, "timeoutSeconds") is not { } value)
        {
            return UsualTimeout;
        }

        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var seconds && seconds >= 1 && seconds <= LongestTimeout.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Fault("timeout", "must be from 1 second to 30 minutes");
    }

    private static List<HumanField> FieldsOf(JsonElement arguments)
    {
        if (Find(arguments, "fields") is not { } list)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostFields)
        {
            throw Fault("fields", $"must be a list of at most {MostFields} fields");
        }

        var fields = list.EnumerateArray().Select((field, index) => FieldOf(field, $"fields[{index}]")).ToList();
        var twice = fields.GroupBy(f => f.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null ? fields : throw Fault("fields", $"has the name {twice} twice");
    }

    private static HumanField FieldOf(JsonElement field, string path)
    {
        if (field.ValueKind != JsonValueKind.Object)
        {
            throw Fault(path, "must be an object such as { name, type }");
        }

        var name = TextOf(field, "name", LongestLabel, path);
        if (name is null || !FieldName().IsMatch(name))
        {
            throw Fault($"{path}.name", "must be 1 to 64 letters, digits, _ or -, and begin with a letter or _");
        }

        var type = TextOf(field, "type", LongestLabel, path) switch
        {
            null or "text" => HumanFieldType.Text,
            "code" => HumanFieldType.Code,
            "password" => HumanFieldType.Password,
            "choice" => HumanFieldType.Choice,
            _ => throw Fault($"{path}.type", "must be text, code, password or choice"),
        };
        return new HumanField(name, TextOf(field, "label", LongestLabel, path) ?? name, type, ChoicesOf(field, type, path));
    }

    private static List<string> ChoicesOf(JsonElement field, HumanFieldType type, string path)
    {
        var found = Find(field, "choices");
        if (type != HumanFieldType.Choice)
        {
            return found is null ? [] : throw Fault($"{path}.choices", "is only for fields of the type choice");
        }

        var choices = found is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is >= 1 and <= MostChoices
            && list.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String && c.GetString() is { Length: >= 1 and <= LongestLabel })
                ? list.EnumerateArray().Select(c => c.GetString()!).ToList()
                : throw Fault($"{path}.choices", $"must be a list of 1 to {MostChoices} texts of 1 to {LongestLabel} characters");
        return choices.Distinct(StringComparer.Ordinal).Count() == choices.Count ? choices : throw Fault($"{path}.choices", "has a text twice");
    }

    private static string? TextOf(JsonElement element, string name, int longest, string? path = null)
    {
        if (Find(element, name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= longest
            ? text
            : throw Fault(path is null ? name : $"{path}.{name}", $"must be a text of 1 to {longest} characters");
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static RequestException Fault(string path, string sentence) => RequestException.Invalid(path, $"{path} of a request to a person {sentence}.");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
    private static partial Regex FieldName();
}

public enum HumanOutcome
{
    Answered,
    Declined,
    TimedOut,
}

/// <param name="Values">By the name of the field; secrets, never to be written anywhere.</param>
public sealed record HumanReply(HumanOutcome Outcome, IReadOnlyDictionary<string, string> Values)
{
    public static HumanReply Without(HumanOutcome outcome) => new(outcome, new Dictionary<string, string>());
}
