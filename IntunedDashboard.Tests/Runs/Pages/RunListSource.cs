using IntunedDashboard.Execution;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.People;

namespace IntunedDashboard.Tests.Runs.Pages;

/// <summary>A Runs list held in memory: newest first, bounded as asked.</summary>
internal sealed class RunListSource : IRunQueries
{
    public IReadOnlyList<RunRow> Rows { get; set; } = [];

    public Task<RunPage> ListAsync(Guid projectId, RunFilter filter, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        var rows = Rows.Where(r => r.Seq <= (filter.UpToSeq ?? long.MaxValue) && r.Seq > (filter.AboveSeq ?? 0)).ToList();
        return Task.FromResult(new RunPage(rows.Take(pageSize).ToList(), rows.Count > pageSize ? "more" : null));
    }

    public Task<RunDetail?> FindAsync(Guid projectId, string runId, CancellationToken cancellationToken) => Task.FromResult<RunDetail?>(null);

    public Task<Run?> FindRunAsync(Guid projectId, string runId, CancellationToken cancellationToken) => Task.FromResult<Run?>(null);

    public Task<HumanRequestView?> FindHumanRequestAsync(Guid projectId, string runId, CancellationToken cancellationToken) =>
        Task.FromResult<HumanRequestView?>(null);

    public Task<IReadOnlyList<RunLogLine>> ReadLogAsync(
        Guid projectId, string runId, int? attempt, int afterSeq, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RunLogLine>>([]);

    public Task<Stream?> OpenArtifactAsync(
        Guid projectId, string runId, int attempt, ArtifactKind kind, CancellationToken cancellationToken) => Task.FromResult<Stream?>(null);
}
