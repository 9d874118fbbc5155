namespace IntunedDashboard.AuthSessions;

/// <summary>Reads of the AuthSessions slice.</summary>
public interface IAuthSessionQueries
{
    Task<IReadOnlyList<AuthSessionRow>> ListAsync(Guid projectId, CancellationToken cancellationToken);

    Task<AuthSessionRow?> FindAsync(Guid projectId, string id, CancellationToken cancellationToken);

    /// <summary>Names and expiry of the current state's cookies and storage keys, never values.</summary>
    Task<StateSummary> GetStateSummaryAsync(Guid projectId, string id, CancellationToken cancellationToken);
}
