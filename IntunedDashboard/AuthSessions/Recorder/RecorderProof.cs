namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>A login that a person made, before anything was checked.</summary>
/// <param name="Proxy">The proxy it was made through, to be kept with the session; null to leave the session's as it is.</param>
public sealed record RecordedLogin(Guid ProjectId, Guid SessionKey, string StateJson, string StartedBy, string? Proxy);

/// <param name="RunId">The Run that checked it; null when none was started.</param>
/// <param name="Refusal">Why the login was not kept: a sentence; null when the session is READY.</param>
public sealed record RecordedVerdict(string? RunId, string? Refusal);

/// <summary>Checks a recorded login by a Validate Run and keeps it when that passes. Runs belong to a later slice: that one implements this.</summary>
public interface IRecorderProof
{
    /// <param name="started">Called with the Run's id when it is known.</param>
    Task<RecordedVerdict> ProveAsync(RecordedLogin login, Action<string> started, CancellationToken cancellationToken);
}
