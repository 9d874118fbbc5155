using System.Text.Json;
using System.Text.Json.Nodes;
using Intuned.Running;

namespace Intuned;

public enum HumanFieldType
{
    Text,

    /// <summary>A one-time code.</summary>
    Code,

    Password,

    /// <summary>One of <see cref="HumanField.Choices"/>.</summary>
    Choice,
}

/// <summary>What a person is to type or choose. Every field must be answered.</summary>
/// <param name="Name">At most 64 letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Label">What the person reads; the name when it is null.</param>
public sealed record HumanField(string Name, HumanFieldType Type = HumanFieldType.Text, string? Label = null)
{
    /// <summary>Only of a choice.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

public enum HumanRequestFailure
{
    TimedOut,
    Declined,
}

/// <summary>Nobody did what <see cref="IntunedRuntime.RequestHumanAsync"/> asked for.</summary>
#pragma warning disable CA1710 // Automations in every language know it by this name.
#pragma warning disable CA1032 // It is made by the platform only.
public sealed class HumanRequestError : RunError
#pragma warning restore CA1032, CA1710
{
    internal HumanRequestError(string message, HumanRequestFailure reason)
        : base(message) => Reason = reason;

    public HumanRequestFailure Reason { get; }
}

internal static class People
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public static async Task<IReadOnlyDictionary<string, string>> AskAsync(string message, IReadOnlyList<HumanField>? fields, TimeSpan? timeout)
    {
        var attempt = Attempt.Of(nameof(IntunedRuntime.RequestHumanAsync));
        if (timeout is { } limit && (limit < TimeSpan.FromSeconds(1) || limit > Longest))
        {
            throw new RunError("RequestHumanAsync: timeout must be from 1 second to 30 minutes.");
        }

        var arguments = new JsonObject { ["message"] = message, ["fields"] = new JsonArray([.. (fields ?? []).Select(Encode)]) };
        if (timeout is not null)
        {
            arguments["timeoutSeconds"] = timeout.Value.TotalSeconds;
        }

        try
        {
            var answer = await attempt.Calls.CallAsync("human.request", arguments);
            return answer.EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!, StringComparer.Ordinal);
        }
        catch (RunError refused) when (refused.Code == "human-request-timed-out")
        {
            throw new HumanRequestError(refused.Message, HumanRequestFailure.TimedOut);
        }
        catch (RunError refused) when (refused.Code == "human-request-declined")
        {
            throw new HumanRequestError(refused.Message, HumanRequestFailure.Declined);
        }
    }

    private static JsonNode Encode(HumanField field)
    {
        var node = new JsonObject { ["name"] = field.Name, ["type"] = JsonNamingPolicy.CamelCase.ConvertName(field.Type.ToString()) };
        if (field.Label is not null)
        {
            node["label"] = field.Label;
        }

        if (field.Choices is not null)
        {
            node["choices"] = new JsonArray([.. field.Choices.Select(choice => (JsonNode)choice)]);
        }

        return node;
    }
}
