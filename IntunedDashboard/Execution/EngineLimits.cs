namespace IntunedDashboard.Execution;

/// <summary>How long the engine waits for what it cannot force, and what it keeps. Tests want less of both.</summary>
public sealed record EngineLimits
{
    /// <summary>From the request to stop until the process tree is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the kill until the attempt ends without waiting any longer for the process.</summary>
    public TimeSpan KillWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a runner process to say that it is ready.</summary>
    public TimeSpan RunnerStart { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the end of an attempt waits for what it printed.</summary>
    public TimeSpan OutputEnd { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan BrowserStart { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan BrowserClose { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a runner process to tidy up after an attempt, before it is thrown away.</summary>
    public TimeSpan TidyUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Browsers, and as many runner processes, that are kept ready for the next attempts at most.</summary>
    public int MostReady { get; init; } = 4;

    /// <summary>The heap of a runner process.</summary>
    public int RunnerMemoryMegabytes { get; init; } = 2048;

    /// <summary>Attempts a runner process may serve before it is replaced.</summary>
    public int AttemptsPerProcess { get; init; } = 100;

    /// <summary>What native code may print into an attempt's log.</summary>
    public int RawOutputBytes { get; init; } = 1024 * 1024;
}
