using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

public enum FunctionKind
{
    Api,
    Check,
    Create,
}

/// <summary>What the browser of an attempt must be like. Attempts of one Run share one browser, so they must ask for the same.</summary>
public sealed record BrowserRequest(bool Headful = false);

/// <summary>
/// One browser process that belongs to the holder until disposed; disposing closes it (isolation <c>PerRun</c>) or hands it back.
/// The holder does not wait for the closing, the pool's own end does.
/// </summary>
public interface IBrowserLease : IAsyncDisposable
{
    /// <summary>The DevTools address on loopback, <c>http://127.0.0.1:port</c>.</summary>
    string CdpEndpoint { get; }

    /// <summary>The same as a web socket, <c>ws://127.0.0.1:port/devtools/browser/…</c>: a client saves a round trip with it.</summary>
    string WebSocketEndpoint { get; }

    /// <summary>Which browser this is, for the person who reads the Run: "chromium-headless-shell 156.0".</summary>
    string Description { get; }
}

public interface IBrowserPool
{
    /// <summary>Whether a browser can be started, and if not, the sentence that says what to do.</summary>
    BrowserAvailability Availability { get; }

    /// <summary>Raised after <see cref="Availability"/> has changed, on any thread.</summary>
    event EventHandler? AvailabilityChanged;

    /// <exception cref="BrowserUnavailableException">No browser is installed, or it does not start.</exception>
    Task<IBrowserLease> LeaseAsync(BrowserRequest request, CancellationToken cancellationToken);
}

public sealed record BrowserAvailability(bool IsAvailable, bool IsInstalling, string Message);

public sealed class BrowserUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Everything one attempt needs. Nothing in it refers to a database, a user or a page.</summary>
public sealed record ExecutionRequest
{
    /// <summary>Unique per attempt and safe as a folder name; also names the process in the orphan register.</summary>
    public required string AttemptKey { get; init; }

    /// <summary>"typescript", "python" or "csharp": chooses the runner.</summary>
    public required string Language { get; init; }

    /// <summary>The folder made by the deployment, holding what the runner loads.</summary>
    public required string BuildDirectory { get; init; }

    public required FunctionKind Kind { get; init; }

    /// <summary>Path below the project without extension: <c>api/employees/list</c>, <c>auth-sessions/check</c>.</summary>
    public required string FunctionPath { get; init; }

    /// <summary>A JSON object: the parameters of an API, the credentials of <c>create</c>. Not given to <c>check</c>.</summary>
    public required string ParametersJson { get; init; }

    /// <summary>The browser state to restore before the function's first line, in the form of <see cref="StateCaptured"/>.</summary>
    public string? StateJson { get; init; }

    /// <summary>What <c>getAuthSessionParameters</c> answers; null when the Run has no AuthSession.</summary>
    public string? SessionParametersJson { get; init; }

    public required IBrowserLease Browser { get; init; }

    public ProxySettings? Proxy { get; init; }

    public int ViewportWidth { get; init; } = 1024;

    public int ViewportHeight { get; init; } = 800;

    public bool SaveTrace { get; init; }

    /// <summary>Whether a successful API or check tells its state at the end as well; a successful <c>create</c> always does.</summary>
    public bool CaptureState { get; init; }

    /// <summary>The attempt's time; <c>extendTimeout</c> starts it anew.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(600);

    public int MaxResultBytes { get; init; } = 2 * 1024 * 1024;

    public string? RunId { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    /// <summary>What <c>getAiGatewayConfig</c> and the AI helpers use; null when the platform has none.</summary>
    public AiEndpoint? Ai { get; init; }

    /// <summary>Null: nothing is kept beyond the attempt, and the automation is told so when it asks.</summary>
    public IAttemptServices? Services { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Applied to logs, errors and traces before they leave the engine.</summary>
    public Redactor Redactor { get; init; } = Redactor.None;
}

/// <summary>What happens during an attempt, in order. The last event is always the only <see cref="ExecutionFinished"/>.</summary>
public abstract record ExecutionEvent;

/// <summary>A line the automation printed or the engine has to say. Already redacted.</summary>
public sealed record LogWritten(DateTimeOffset Time, string Level, string Message) : ExecutionEvent;

/// <summary>A part of the attempt's time: <c>runner</c>, <c>context</c>, <c>page</c>, <c>restore</c>, <c>function</c>,
/// <c>capture</c>, <c>trace</c>, and <c>person</c>: within the function, waiting for somebody. <paramref name="Detail"/> is for people ("12 cookies, 2 origins").</summary>
public sealed record StageCompleted(string Stage, DateTimeOffset StartedAt, TimeSpan Duration, string? Detail) : ExecutionEvent;

/// <summary>The function called <c>extendTimeout</c> or <c>extendPayload</c>: its deadline starts anew.</summary>
public sealed record TimeoutExtended(DateTimeOffset Deadline) : ExecutionEvent;

/// <summary>The browser state after a successful <c>create</c>, or another function that was asked for it; plaintext, to be encrypted by the receiver.
/// <c>{cookies, origins:[{origin, localStorage, indexedDB?}], sessionStorage:[{origin, sessionStorage}]}</c></summary>
public sealed record StateCaptured(string StateJson) : ExecutionEvent;

public enum ArtifactKind
{
    Trace,
    Screenshot,
}

/// <summary>A redacted file, readable until the next event is asked for: the receiver copies it.</summary>
public sealed record ArtifactProduced(ArtifactKind Kind, string FilePath) : ExecutionEvent;

public enum ExecutionOutcome
{
    /// <summary>The function returned; for <c>check</c> it returned a true value.</summary>
    Succeeded,

    /// <summary>Only for <c>check</c>: it returned a false value.</summary>
    CheckedFalse,

    Failed,
    Canceled,
}

/// <summary>The attempt's end. <see cref="ResultJson"/> and <see cref="ExtendedPayloads"/> are present only on success.</summary>
public sealed record ExecutionFinished : ExecutionEvent
{
    public required ExecutionOutcome Outcome { get; init; }

    public string? ResultJson { get; init; }

    public IReadOnlyList<ExtendedPayload> ExtendedPayloads { get; init; } = [];

    public ExecutionError? Error { get; init; }
}

public sealed record ExtendedPayload(string Api, string ParametersJson);

/// <summary>Why an attempt failed. All text is redacted.</summary>
public sealed record ExecutionError
{
    /// <summary>A published code: <c>script-execution-exception</c>, <c>script-timeout</c>, <c>script-process-crashed</c>,
    /// <c>result-too-big-error</c>, <c>script-no-valid-output-received</c>, <c>script-unexpected-error</c>; for a check that returned
    /// a false value <c>auth-check-failed</c>, for a stopped attempt <c>canceled</c>.</summary>
    public required string Code { get; init; }

    /// <summary>One or a few sentences for a person; the exception's own message where user code threw.</summary>
    public required string Message { get; init; }

    /// <summary>The name of the error's class in the user's language.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The stack with the user's own files and lines (source maps applied), engine frames left out.</summary>
    public string? Stack { get; init; }

    /// <summary>The first frame in the user's own source: file relative to the project, line from 1.</summary>
    public string? File { get; init; }

    public int? Line { get; init; }

    /// <summary>The source text of that line.</summary>
    public string? SourceLine { get; init; }

    /// <summary>The address the page showed when it ended.</summary>
    public string? PageUrl { get; init; }

    /// <summary>The site or proxy could not be reached at all (a connection-level error), so this says nothing about the login.</summary>
    public bool IsConnectionError { get; init; }
}

/// <summary>
/// Runs one function in a child process against the given browser. Cancelling the token stops the function, then kills the whole
/// process tree, and still ends with <see cref="ExecutionFinished"/>. Stopping to enumerate does the same. Safe for concurrent use.
/// </summary>
public interface IAutomationRunner
{
    IAsyncEnumerable<ExecutionEvent> RunAsync(ExecutionRequest request, CancellationToken cancellationToken);
}
