using System.Text.Json;
using Intuned.Running;

namespace Intuned;

/// <summary>What an automation may ask of the platform while it runs. Everything here belongs to the attempt that is running.</summary>
public static class IntunedRuntime
{
    /// <summary>Values for the length of one attempt, shared by the setup hook and the automation.</summary>
    public static AttemptStore AttemptStore { get; } = new();

    /// <summary>Values that outlive an attempt, shared by all Runs of the project.</summary>
    public static PersistentStore PersistentStore { get; } = new();

    /// <summary>Adds Runs to the JobRun this Run belongs to, once the attempt has succeeded. Also extends the timeout.</summary>
    /// <param name="payloads">Their parameters are written as JSON at once: what changes later does not count.</param>
    /// <exception cref="RunError">An API has no name, or parameters are no JSON object.</exception>
    public static void ExtendPayload(params IReadOnlyList<Payload> payloads)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        var attempt = Attempt.Of(nameof(ExtendPayload));
        attempt.AddPayloads([.. payloads.Select(p => (p.Api, Encode(p)))]);
    }

    /// <inheritdoc cref="ExtendPayload(IReadOnlyList{Payload})"/>
    /// <param name="api">The name of an API of this project, without <c>api/</c>.</param>
    public static void ExtendPayload(string api, object? parameters = null) => ExtendPayload([new Payload(api, parameters)]);

    /// <summary>Starts the attempt's time limit anew. Cheap enough to be called in a loop.</summary>
    public static void ExtendTimeout() => Attempt.Of(nameof(ExtendTimeout)).Extend();

    /// <returns>Null while no automation runs; members are null where the Run has no such thing.</returns>
    public static RunContext? GetExecutionContext() => Attempt.Current?.Message.Context;

    /// <summary>The parameters that were given to <c>Create</c> for this Run's AuthSession.</summary>
    /// <exception cref="RunError">The Run has no AuthSession.</exception>
    public static Task<T> GetAuthSessionParametersAsync<T>()
    {
        var attempt = Attempt.Of(nameof(GetAuthSessionParametersAsync));
        if (attempt.Message.SessionParameters is not { ValueKind: not JsonValueKind.Null } parameters)
        {
            throw new RunError("AuthSessions are not enabled: this Run has no AuthSession.");
        }

        return Task.FromResult(parameters.Deserialize<T>(attempt.Json)
            ?? throw new RunError("The AuthSession has no parameters."));
    }

    /// <summary>The endpoint for language models that this platform's operator has set; it speaks OpenAI's protocol.</summary>
    /// <exception cref="RunError">None is set.</exception>
    public static AiGatewayConfig GetAiGatewayConfig() =>
        Attempt.Of(nameof(GetAiGatewayConfig)).Message.Ai is { } ai
            ? new AiGatewayConfig(ai.BaseUrl, ai.ApiKey)
            : throw new RunError(
                "GetAiGatewayConfig: no AI endpoint is configured on this platform. Its operator sets AiGateway:BaseUrl and AiGateway:ApiKey.");

    /// <summary>
    /// Shows a message to the people of the dashboard and waits until one of them answers. The attempt's time limit stands still
    /// meanwhile. What was typed is removed from log, trace and result like a credential.
    /// </summary>
    /// <param name="message">What the person is to do, in a sentence.</param>
    /// <param name="fields">Without fields the person only says that it is done.</param>
    /// <param name="timeout">At most 30 minutes; 5 when it is null.</param>
    /// <returns>By the name of the field.</returns>
    /// <exception cref="HumanRequestError">Nobody answered in time, or somebody declined.</exception>
    public static Task<IReadOnlyDictionary<string, string>> RequestHumanAsync(
        string message, IReadOnlyList<HumanField>? fields = null, TimeSpan? timeout = null) => People.AskAsync(message, fields, timeout);

    /// <summary>The code that an authenticator app shows for a secret (RFC 6238). The code is removed from the log and the trace.</summary>
    /// <param name="secret">Base32, in any case and with spaces, or an <c>otpauth://totp/</c> address.</param>
    /// <exception cref="RunError">The secret or an option is none that can be used.</exception>
    public static string Totp(string secret, TotpOptions? options = null) => Intuned.Totp.Make(secret, options ?? new TotpOptions());

    /// <summary>There is no captcha solver, so nothing is ever being solved: waiting ends after the settle time.</summary>
    public static Task WaitForCaptchaSolveAsync(TimeSpan? timeout = null, TimeSpan? settleTime = null)
    {
        var settle = settleTime ?? TimeSpan.FromSeconds(5);
        var limit = timeout ?? TimeSpan.FromSeconds(10);
        return Task.Delay(settle < limit ? settle : limit);
    }

    private static string Encode(Payload payload)
    {
        if (string.IsNullOrEmpty(payload.Api))
        {
            throw new RunError("ExtendPayload needs the name of an API of this project.");
        }

        string text;
        try
        {
            text = JsonSerializer.Serialize(payload.Parameters ?? new object(), Attempt.Of(nameof(ExtendPayload)).Json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new RunError($"ExtendPayload: the parameters for {payload.Api} cannot be written as JSON: {e.Message}", e);
        }

        return text.StartsWith('{') ? text : throw new RunError($"ExtendPayload: the parameters for {payload.Api} must be an object.");
    }
}

/// <param name="Api">The name of an API of this project, without <c>api/</c>.</param>
/// <param name="Parameters">Anything that is written as a JSON object.</param>
public sealed record Payload(string Api, object? Parameters = null);

public sealed record RunContext
{
    public string? RunId { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    /// <summary>Null outside a Job.</summary>
    public string? JobRunId { get; init; }
}

public sealed record AiGatewayConfig(string BaseUrl, string ApiKey);

/// <summary>Thrown by an automation to fail its attempt with a message of its own.</summary>
#pragma warning disable CA1710 // Automations in every language know it by this name.
public class RunError : Exception
#pragma warning restore CA1710
{
    public RunError()
    {
    }

    public RunError(string message)
        : base(message)
    {
    }

    public RunError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What a refusal of the platform says to programs.</summary>
    internal string? Code { get; init; }
}
