namespace IntunedDashboard.AuthSessions;

/// <summary>Knows who works with sessions beyond the lock a session holds itself. Each slice that does registers one.</summary>
public interface IAuthSessionUse
{
    /// <summary>Whether a Run or JobRun that has not ended uses the session.</summary>
    Task<bool> IsUsedAsync(Guid sessionKey, CancellationToken cancellationToken);
}
