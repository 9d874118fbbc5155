using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>
/// Every write to a Run. A transition is one conditional update whose row count decides, and writes of an execution carry its
/// claim, so that nothing happens twice and a writer that lost its claim changes nothing and hears of it by a
/// <see cref="ClaimLostException"/>. Safe for concurrent use.
/// </summary>
public sealed partial class RunStore(
    IDbContextFactory<AppDbContext> contexts,
    RunRows rows,
    IEnumerable<IRunFollower> followers,
    ThisNode node,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<RunStore> logger)
{
    /// <summary>How long the end of something is tried to be written while the database cannot be reached. It is longer than a restart of
    /// the server takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Gives a Run that is not yet written, or was taken over, to this node.</summary>
    public void Claim(Run run) => (run.ClaimToken, run.NodeId) = (Ids.NewRunId(), node.Id);

    /// <summary>For writes on behalf of the Run, to whatever rows.</summary>
    public WriteFence FenceOf(Run run) => db => HoldAsync(db, run);

    /// <param name="sink">Where its result goes; null for nowhere.</param>
    public async Task AddAsync(
        Run run, RunOptions options, string? parametersJson, RunSecrets? secrets, StoredSink? sink, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        rows.Add(db, run, options, parametersJson, secrets);
        if (sink is not null)
        {
            db.Add(sink);
        }

        await db.SaveChangesAsync(cancellationToken);
        signals.PublishChange(run);
    }

    /// <summary>Adds a Run whose maker executes it itself, so it is claimed from the beginning.</summary>
    /// <param name="parent">The Run on whose behalf it is made, or null.</param>
    /// <param name="guarded">The attempt that waits for it and is linked to it, or null.</param>
    public async Task AddClaimedAsync(Run run, RunOptions options, Run? parent, Attempt? guarded)
    {
        run.Status = RunStatus.Started;
        run.StartedAt = run.CreatedAt;
        Claim(run);
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        if (parent is not null)
        {
            await HoldAsync(db, parent);
        }

        db.Add(run);
        db.Add(new RunData { RunId = run.Id, OptionsJson = JsonSerializer.Serialize(options, JsonSerializerOptions.Web) });
        if (guarded is not null)
        {
            db.Attach(guarded);
            guarded.ValidateRunId = run.Id;
        }

        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        signals.PublishChange(run);
    }

    /// <summary>Takes a pending Run, or one that its executor left behind, for this process.</summary>
    /// <returns>Null when it is finished, held by somebody else or gone.</returns>
    public async Task<ClaimedRun?> TryClaimAsync(string runId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (token, nodeId) = (Ids.NewRunId(), node.Id);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var claimed = await db.Set<Run>()
            .Where(r => r.Id == runId && r.ClaimToken == null && (r.Status == RunStatus.Pending || r.Status == RunStatus.Started))
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.ClaimToken, token)
                    .SetProperty(r => r.NodeId, nodeId)
                    .SetProperty(r => r.Status, RunStatus.Started)
                    .SetProperty(r => r.StartedAt, r => r.StartedAt ?? now),
                cancellationToken);
        if (claimed == 0)
        {
            return null;
        }

        var run = await db.Set<Run>().AsNoTracking().FirstAsync(r => r.Id == runId, cancellationToken);

        // Whoever has taken it over since has written another token, which is none to write with here.
        run.ClaimToken = token;
        var data = await db.Set<RunData>().AsNoTracking().FirstAsync(d => d.RunId == runId, cancellationToken);
        signals.PublishChange(run);
        return rows.Open(run, data);
    }

    /// <summary>Gives a Run back unfinished: whoever comes next goes on with it.</summary>
    public async Task ReleaseAsync(Run run)
    {
        await DatabasePatience.WriteAsync(
            async _ =>
            {
                await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
                return await Held(db, run).ExecuteUpdateAsync(set => set.SetProperty(r => r.ClaimToken, (string?)null), CancellationToken.None);
            },
            Patience,
            clock);
        signals.PublishChange(run);
    }

    /// <summary>Takes over a Run whose executor is known to be dead. From then on nothing that its executor still writes counts.</summary>
    /// <returns>False when somebody else was faster.</returns>
    public async Task<bool> AdoptAsync(Run run, CancellationToken cancellationToken)
    {
        var former = run.ClaimToken;
        Claim(run);
        run.Status = RunStatus.Started;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.Id == run.Id && r.FinishedAt == null && r.ClaimToken == former).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.ClaimToken, run.ClaimToken).SetProperty(r => r.NodeId, run.NodeId).SetProperty(r => r.Status, RunStatus.Started),
            cancellationToken) == 1;
    }

    /// <returns>The Runs that this one needs and waits for, whoever executes them.</returns>
    public async Task<IReadOnlyList<Run>> GetUnfinishedDependenciesAsync(Run run)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        return await db.Set<Run>().AsNoTracking().Where(r => r.DependencyOfRunId == run.Id && r.FinishedAt == null).ToListAsync(CancellationToken.None);
    }

    /// <summary>Does nothing but make sure that the Run is still held.</summary>
    /// <exception cref="ClaimLostException">It is not.</exception>
    public async Task RequireHeldAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await Held(db, run).AnyAsync(cancellationToken))
        {
            throw new ClaimLostException(run.Id);
        }
    }

    public async Task CompleteAsync(Run run)
    {
        await FinishAsync(new RunEnding(run, RunStatus.Completed, ReasonType: null, Message: null), new RunProduct());
    }

    /// <summary>Completes a Run and the attempt that succeeded, at once.</summary>
    /// <param name="extendedPayloadsJson">The published form; null when there are none.</param>
    public async Task CompleteAsync(Run run, Attempt succeeded, string resultJson, string? extendedPayloadsJson)
    {
        End(succeeded, AttemptStatus.Completed, clock.GetUtcNow(), error: null);
        var ending = new RunEnding(run, RunStatus.Completed, ReasonType: null, Message: null) { ExtendedPayloadsJson = extendedPayloadsJson };
        await FinishAsync(ending, new RunProduct(resultJson, succeeded));
    }

    public async Task FailAsync(Run run, RunErrorInfo error)
    {
        logger.RunFailed(run.Id, error.Code, error.CorrelationId);
        await FinishAsync(new RunEnding(run, RunStatus.Failed, ReasonType: null, error.Message) { Error = error }, new RunProduct());
    }

    public async Task CancelAsync(Run run, string reason, string message)
    {
        await FinishAsync(new RunEnding(run, RunStatus.Canceled, reason, message), new RunProduct());
    }

    /// <summary>Ends a Run with the reason that was given when it was asked to stop.</summary>
    public async Task CancelAsAskedAsync(Run run)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        var asked = await db.Set<Run>().Where(r => r.Id == run.Id).Select(r => r.CancelReason).FirstOrDefaultAsync(CancellationToken.None);
        var reason = asked ?? RunReasons.CanceledByUser;
        await CancelAsync(run, reason, RunReasons.SentenceOf(reason));
    }

    /// <summary>Cancels a Run nobody has claimed yet.</summary>
    public async Task<bool> TryCancelPendingAsync(Run run, string reason, string message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var afterwards = new List<Func<Task>>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var canceled = await db.Set<Run>()
            .Where(r => r.Id == run.Id && r.FinishedAt == null && r.ClaimToken == null && r.DependencyOfRunId == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, RunStatus.Canceled)
                    .SetProperty(r => r.ReasonType, reason)
                    .SetProperty(r => r.Message, message)
                    .SetProperty(r => r.FinishedAt, now),
                cancellationToken);
        if (canceled == 1)
        {
            await db.Set<RunData>().Where(d => d.RunId == run.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.ProtectedSecrets, (string?)null), cancellationToken);
            afterwards = await FollowAsync(db, new RunEnding(run, RunStatus.Canceled, reason, message));
        }

        await transaction.CommitAsync(cancellationToken);
        signals.PublishChange(run);
        await DoAsync(afterwards);
        return canceled == 1;
    }

    /// <summary>Asks whoever executes the Run to end it. The first reason counts.</summary>
    /// <param name="reason">A published reason type, which the Run ends with.</param>
    /// <returns>False when it has ended or was asked before.</returns>
    public async Task<bool> RequestCancelAsync(Run run, string reason, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var asked = await db.Set<Run>()
            .Where(r => r.Id == run.Id && !r.CancelRequested && (r.Status == RunStatus.Pending || r.Status == RunStatus.Started))
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.CancelRequested, true).SetProperty(r => r.CancelReason, reason),
                cancellationToken);
        signals.PublishChange(run);
        return asked == 1;
    }

    /// <returns>The Runs that the node executes and that were asked to end.</returns>
    /// <param name="runId">Only this one; null for all.</param>
    public async Task<IReadOnlyList<string>> FindAskedAsync(string nodeId, string? runId)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        return await db.Set<Run>()
            .Where(r => r.FinishedAt == null && r.CancelRequested && r.ClaimToken != null && r.NodeId == nodeId && (runId == null || r.Id == runId))
            .Select(r => r.Id)
            .ToListAsync(CancellationToken.None);
    }

    /// <returns>A Run that has not ended and uses the session, or null.</returns>
    public async Task<string?> FindUserOfSessionAsync(Guid sessionKey, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>()
            .Where(r => r.AuthSessionKey == sessionKey && r.FinishedAt == null)
            .OrderBy(r => r.Seq)
            .Select(r => r.Id)
            .FirstOrDefaultAsync(cancellationToken);
    }

    private async Task FinishAsync(RunEnding ending, RunProduct product)
    {
        var run = ending.Run;
        run.Status = ending.Status;
        run.FinishedAt = clock.GetUtcNow();
        var afterwards = await DatabasePatience.WriteAsync(isAgain => FinishAsync(ending, product, isAgain), Patience, clock);
        signals.PublishChange(run);
        await DoAsync(afterwards);
    }

    private async Task<List<Func<Task>>> FinishAsync(RunEnding ending, RunProduct product, bool isAgain)
    {
        var (run, error) = (ending.Run, ending.Error);
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        var finished = await Held(db, run).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, ending.Status)
                .SetProperty(r => r.FinishedAt, run.FinishedAt)
                .SetProperty(r => r.ErrorCode, error == null ? null : error.Code)
                .SetProperty(r => r.ReasonType, ending.ReasonType)
                .SetProperty(r => r.Message, ending.Message)
                .SetProperty(r => r.ClaimToken, (string?)null),
            CancellationToken.None);
        if (finished == 0)
        {
            // The first time may have been committed without anybody hearing of it.
            return isAgain && await db.Set<Run>().AnyAsync(r => r.Id == run.Id && r.Status == ending.Status && r.NodeId == run.NodeId, CancellationToken.None)
                ? []
                : throw new ClaimLostException(run.Id);
        }

        if (product.Succeeded is { } attempt)
        {
            await WriteEndAsync(db, attempt);
        }

        // Runtime input serves one Run and is never kept beyond it.
        var errorJson = error is null ? null : JsonSerializer.Serialize(error, JsonSerializerOptions.Web);
        await db.Set<RunData>().Where(d => d.RunId == run.Id).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.ResultJson, product.ResultJson)
                .SetProperty(d => d.ExtendedPayloadsJson, ending.ExtendedPayloadsJson)
                .SetProperty(d => d.ErrorJson, errorJson)
                .SetProperty(d => d.ProtectedSecrets, (string?)null),
            CancellationToken.None);
        var afterwards = await FollowAsync(db, ending);
        await transaction.CommitAsync(CancellationToken.None);
        return afterwards;
    }

    /// <summary>Lets everybody who cares about the end of a Run write in the same transaction.</summary>
    private async Task<List<Func<Task>>> FollowAsync(AppDbContext db, RunEnding ending)
    {
        var afterwards = new List<Func<Task>>();
        foreach (var follower in followers)
        {
            if (await follower.EndAsync(db, ending) is { } next)
            {
                afterwards.Add(next);
            }
        }

        return afterwards;
    }

    private static async Task DoAsync(List<Func<Task>> afterwards)
    {
        foreach (var next in afterwards)
        {
            await next();
        }
    }

    /// <summary>An update, because it must keep the row from others until the transaction ends.</summary>
    private static async Task HoldAsync(AppDbContext db, Run run)
    {
        if (await Held(db, run).ExecuteUpdateAsync(set => set.SetProperty(r => r.ClaimToken, r => r.ClaimToken), CancellationToken.None) == 0)
        {
            throw new ClaimLostException(run.Id);
        }
    }

    private static IQueryable<Run> Held(AppDbContext db, Run run) =>
        db.Set<Run>().Where(r => r.Id == run.Id && r.ClaimToken == run.ClaimToken && r.ClaimToken != null && r.Status == RunStatus.Started);

    /// <summary>What a Run leaves besides its ending.</summary>
    private sealed record RunProduct(string? ResultJson = null, Attempt? Succeeded = null);
}
