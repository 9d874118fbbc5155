namespace IntunedDashboard.Execution.Runners;

/// <summary>How runner processes of one language are started. What they say and are told is the same for all.</summary>
internal interface IRunnerLanguage
{
    bool Runs(string language);

    /// <exception cref="RunnerUnavailableException">This machine lacks what the language needs.</exception>
    RunnerLaunch Describe(string buildDirectory);
}

/// <summary>A command that starts a runner process. Holds no secret: anyone on the machine can read arguments and environment.</summary>
internal sealed record RunnerLaunch
{
    /// <summary>Processes started with the same key are interchangeable until they have run an attempt.</summary>
    public required string Key { get; init; }

    /// <summary>The program and its arguments; the protocol's descriptor is added.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Beside what every child inherits.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>No runner can be started; the message is a sentence that says what to install.</summary>
internal sealed class RunnerUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
