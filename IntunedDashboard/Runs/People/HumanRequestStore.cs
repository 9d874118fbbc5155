using System.Collections.Concurrent;
using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs.People;

/// <summary>
/// Brings together the attempts that wait and the people who answer. That somebody is needed is kept in the database, where a
/// conditional update decides who ends the wait; what they typed passes through memory only. Safe for concurrent use.
/// </summary>
public sealed class HumanRequestStore(
    IDbContextFactory<AppDbContext> contexts, IAttention attention, ILiveSignals signals, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, HumanWait> _waiting = new(StringComparer.Ordinal);

    /// <returns>The attempt that waits for the request's end on this node, or null.</returns>
    public HumanWait? FindWait(string requestId) => _waiting.GetValueOrDefault(requestId);

    /// <summary>Waits for a person. Cancelling ends the request with its attempt.</summary>
    public async Task<HumanReply> AskAsync(
        Run run, int attempt, HumanQuestion question, IWaitingAttempt waiting, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var request = new HumanRequest
        {
            Id = Ids.NewRunId(),
            RunId = run.Id,
            Attempt = attempt,
            Message = question.Message,
            FieldsJson = JsonSerializer.Serialize(question.Fields, JsonSerializerOptions.Web),
            CreatedAt = now,
            ExpiresAt = now + question.Timeout,
        };
        var wait = new HumanWait(run, request, waiting);
        _waiting[request.Id] = wait;
        try
        {
            await AddAsync(run, request, cancellationToken);
            try
            {
                return await wait.Reply.WaitAsync(question.Timeout, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // An answer of this very moment counts.
                return await TryEndAsync(run, request.Id, HumanRequestStatus.TimedOut, by: null)
                    ? HumanReply.Without(HumanOutcome.TimedOut)
                    : await wait.Reply.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await TryEndAsync(run, request.Id, HumanRequestStatus.Canceled, by: null);
            throw;
        }
        finally
        {
            wait.Close();
            _waiting.TryRemove(request.Id, out _);
        }
    }

    /// <returns>False when somebody or something else has ended it before.</returns>
    public async Task<bool> TryReplyAsync(Run run, HumanRequest request, HumanReply reply, string by)
    {
        var status = reply.Outcome == HumanOutcome.Answered ? HumanRequestStatus.Answered : HumanRequestStatus.Declined;
        return _waiting.TryGetValue(request.Id, out var wait)
            && await TryEndAsync(run, request.Id, status, by)
            && wait.Answer(reply);
    }

    /// <returns>The latest request of a Run.</returns>
    public async Task<HumanRequest?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<HumanRequest>().AsNoTracking()
            .Where(h => h.RunId == runId)
            .OrderByDescending(h => h.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>After a crash: no attempt waits any more.</summary>
    public async Task EndAbandonedAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await
            (from request in db.Set<HumanRequest>().AsNoTracking()
             join run in db.Set<Run>().AsNoTracking() on request.RunId equals run.Id
             where request.EndedAt == null
             select new { request.Id, run }).ToListAsync(cancellationToken);
        foreach (var abandoned in open.Where(o => !_waiting.ContainsKey(o.Id)))
        {
            await TryEndAsync(abandoned.run, abandoned.Id, HumanRequestStatus.Canceled, by: null);
        }
    }

    private async Task AddAsync(Run run, HumanRequest request, CancellationToken cancellationToken)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            db.Add(request);
            await db.SaveChangesAsync(cancellationToken);
            await db.Set<Run>().Where(r => r.Id == run.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.WaitsForPersonSince, request.CreatedAt), cancellationToken);
            await attention.NeedAsync(db, NeedOf(run, request), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        signals.PublishChange(run);
    }

    private static Need NeedOf(Run run, HumanRequest request) =>
        new(NeedKind.PersonNeeded, request.Id, run.ProjectId, $"A Run waits for a person. {request.Message}")
        {
            AuthSessionId = run.AuthSessionId,
            RunId = run.Id,
            JobId = run.JobId,
            JobRunId = run.JobRunId,
        };

    /// <summary>Not cancelled with the attempt, or the Run would look as if it still waited.</summary>
    private async Task<bool> TryEndAsync(Run run, string requestId, HumanRequestStatus status, string? by)
    {
        var now = clock.GetUtcNow();
        await using (var db = await contexts.CreateDbContextAsync(CancellationToken.None))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
            var ended = await db.Set<HumanRequest>().Where(h => h.Id == requestId && h.EndedAt == null).ExecuteUpdateAsync(
                set => set.SetProperty(h => h.Status, status).SetProperty(h => h.EndedAt, now).SetProperty(h => h.EndedBy, by),
                CancellationToken.None);
            if (ended == 0)
            {
                return false;
            }

            await db.Set<Run>().Where(r => r.Id == run.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.WaitsForPersonSince, (DateTimeOffset?)null), CancellationToken.None);
            await attention.SettleAsync(db, NeedKind.PersonNeeded, requestId, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }

        FindWait(requestId)?.Close();
        signals.PublishChange(run);
        return true;
    }
}
