using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

/// <summary>
/// What an automation may ask of the platform while it runs. A refusal is a <see cref="RequestException"/>, whose message reaches the
/// automation; anything else that is thrown is a defect and is told as a correlation id. Safe for concurrent use.
/// </summary>
public interface IAttemptServices
{
    /// <returns>JSON, or null when nothing is stored under the key.</returns>
    Task<string?> GetStoredAsync(string key, CancellationToken cancellationToken);

    Task SetStoredAsync(string key, string valueJson, CancellationToken cancellationToken);

    /// <param name="path">A file that may be moved away.</param>
    /// <param name="contentType">Null: told by the name.</param>
    Task<SavedFile> SaveFileAsync(string path, string fileName, string? contentType, CancellationToken cancellationToken);

    /// <returns>An address that gives the file to everybody who has it, until it expires.</returns>
    Task<string> SignFileAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Shows the question to whoever may answer and waits, at most for its timeout.</summary>
    /// <param name="question">Free of secrets.</param>
    /// <param name="attempt">To be told what a person does beside answering.</param>
    /// <returns>An answer has a value for each field, and for a choice one of its choices.</returns>
    Task<HumanReply> AskPersonAsync(HumanQuestion question, IWaitingAttempt attempt, CancellationToken cancellationToken);
}

/// <summary>An attempt that waits for a person, for the person who takes over its browser meanwhile. Safe for concurrent use.</summary>
public interface IWaitingAttempt
{
    /// <summary>What the person typed counts as secret from now on.</summary>
    void Learn(IReadOnlyCollection<string> typed);

    /// <summary>For the attempt's log.</summary>
    void Say(string text);

    /// <summary>Whether somebody has the browser: dialogs of its pages wait for that person.</summary>
    void SetPresent(bool isPresent);
}

/// <param name="Url">Where people and programs with access to the project get it.</param>
public sealed record SavedFile(string Key, string Bucket, string Region, string Url);

/// <summary>An endpoint that speaks OpenAI's protocol.</summary>
/// <param name="Model">The one to take where the automation names none.</param>
public sealed record AiEndpoint(string BaseUrl, string ApiKey, string Model);
