namespace IntunedDashboard.Runs;

/// <summary>Reads of the Runs slice.</summary>
public interface IRunQueries
{
    Task<RunPage> ListAsync(Guid projectId, RunFilter filter, int pageSize, string? cursor, CancellationToken cancellationToken);

    /// <returns>Null when the project has no such Run.</returns>
    Task<RunDetail?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken);

    /// <summary>Lines with a sequence number above <paramref name="afterSeq"/>, oldest first; of one attempt or of all.</summary>
    Task<IReadOnlyList<RunLogLine>> ReadLogAsync(
        Guid projectId, string runId, int? attempt, int afterSeq, int limit, CancellationToken cancellationToken);

    /// <returns>Null when none was kept.</returns>
    Task<Stream?> OpenArtifactAsync(
        Guid projectId, string runId, int attempt, Execution.ArtifactKind kind, CancellationToken cancellationToken);
}
