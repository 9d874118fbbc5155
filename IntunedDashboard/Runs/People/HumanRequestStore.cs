using System.Collections.Concurrent;
using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Live;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs.People;

/// <summary>
/// Brings together the attempts that wait and the people who answer. That somebody is needed is kept in the database, where a
/// conditional update decides who ends the wait. What they typed passes through memory only; to an attempt on another node it goes
/// encrypted, in the request, from which that node takes it at once. Safe for concurrent use.
/// </summary>
public sealed class HumanRequestStore
{
    private const string Kind = "reply";

    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly SecretProtector _protector;
    private readonly ThisNode _node;
    private readonly INodeMessages _messages;
    private readonly ILiveSignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<HumanRequestStore> _logger;
    private readonly IAttention _attention;
    private readonly ConcurrentDictionary<string, HumanWait> _waiting = new(StringComparer.Ordinal);

    public HumanRequestStore(
        IDbContextFactory<AppDbContext> contexts,
        SecretProtector protector,
        ThisNode node,
        INodeMessages messages,
        IAttention attention,
        ILiveSignals signals,
        TimeProvider clock,
        ILogger<HumanRequestStore> logger)
    {
        (_contexts, _protector, _node, _messages, _attention, _signals, _clock, _logger) = (contexts, protector, node, messages, attention, signals, clock, logger);
        messages.Listen(Kind, id => _ = TakeReplyAsync(id), TakeAllReplies);
    }

    /// <returns>The attempt that waits for the request's end on this node, or null.</returns>
    public HumanWait? FindWait(string requestId) => _waiting.GetValueOrDefault(requestId);

    /// <summary>Waits for a person. Cancelling ends the request with its attempt.</summary>
    public async Task<HumanReply> AskAsync(
        Run run, int attempt, HumanQuestion question, IWaitingAttempt waiting, WriteFence fence, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
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
            await AddAsync(run, request, fence, cancellationToken);
            try
            {
                return await wait.Reply.WaitAsync(question.Timeout, _clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // An answer of this very moment counts.
                if (await TryEndAsync(run, request.Id, HumanRequestStatus.TimedOut, by: null))
                {
                    return HumanReply.Without(HumanOutcome.TimedOut);
                }

                await TakeReplyAsync(request.Id);
                return await wait.Reply.WaitAsync(cancellationToken);
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
        if (_waiting.TryGetValue(request.Id, out var wait))
        {
            return await TryEndAsync(run, request.Id, status, by) && wait.Answer(reply);
        }

        if (_node.IsAlone || !await TryEndAsync(run, request.Id, status, by, _protector.Protect(PurposeOf(request.Id), JsonSerializer.Serialize(reply))))
        {
            return false;
        }

        _messages.Send(Kind, request.Id);
        return true;
    }

    private void TakeAllReplies()
    {
        foreach (var id in _waiting.Keys)
        {
            _ = TakeReplyAsync(id);
        }
    }

    /// <summary>Gives an attempt of this node what was answered on another one, and leaves nothing of it behind.</summary>
    private async Task TakeReplyAsync(string requestId)
    {
        if (!_waiting.TryGetValue(requestId, out var wait))
        {
            return;
        }

        try
        {
            await using var db = await _contexts.CreateDbContextAsync(CancellationToken.None);
            var request = db.Set<HumanRequest>().Where(h => h.Id == requestId && h.ProtectedReply != null);
            if (await request.Select(h => h.ProtectedReply).FirstOrDefaultAsync(CancellationToken.None) is { } reply
                && wait.Answer(JsonSerializer.Deserialize<HumanReply>(_protector.Unprotect(PurposeOf(requestId), reply))!))
            {
                await request.ExecuteUpdateAsync(set => set.SetProperty(h => h.ProtectedReply, (string?)null), CancellationToken.None);
            }
        }
        catch (Exception fault)
        {
            // The connection for messages comes back with the database, and then it is looked for again.
            _logger.ReplyNotRead(fault, requestId);
        }
    }

    private static string PurposeOf(string requestId) => $"human-reply:{requestId}";

    /// <returns>The latest request of a Run.</returns>
    public async Task<HumanRequest?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<HumanRequest>().AsNoTracking()
            .Where(h => h.RunId == runId)
            .OrderByDescending(h => h.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The Run was taken over: no attempt of it waits any more.</summary>
    public async Task EndAbandonedAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Set<HumanRequest>().Where(h => h.RunId == run.Id && h.EndedAt == null).Select(h => h.Id).ToListAsync(cancellationToken);
        foreach (var id in open)
        {
            await TryEndAsync(run, id, HumanRequestStatus.Canceled, by: null);
        }

        await db.Set<HumanRequest>().Where(h => h.RunId == run.Id && h.ProtectedReply != null)
            .ExecuteUpdateAsync(set => set.SetProperty(h => h.ProtectedReply, (string?)null), cancellationToken);
    }

    private async Task AddAsync(Run run, HumanRequest request, WriteFence fence, CancellationToken cancellationToken)
    {
        await using (var db = await _contexts.CreateDbContextAsync(cancellationToken))
        {
            await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
            db.Add(request);
            await db.SaveChangesAsync(cancellationToken);
            await db.Set<Run>().Where(r => r.Id == run.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.WaitsForPersonSince, request.CreatedAt), cancellationToken);
            await _attention.NeedAsync(db, NeedOf(run, request), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        _signals.PublishChange(run);
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
    private async Task<bool> TryEndAsync(Run run, string requestId, HumanRequestStatus status, string? by, string? protectedReply = null)
    {
        var now = _clock.GetUtcNow();
        await using (var db = await _contexts.CreateDbContextAsync(CancellationToken.None))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
            var ended = await db.Set<HumanRequest>().Where(h => h.Id == requestId && h.EndedAt == null).ExecuteUpdateAsync(
                set => set.SetProperty(h => h.Status, status).SetProperty(h => h.EndedAt, now).SetProperty(h => h.EndedBy, by).SetProperty(h => h.ProtectedReply, protectedReply),
                CancellationToken.None);
            if (ended == 0)
            {
                return false;
            }

            await db.Set<Run>().Where(r => r.Id == run.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.WaitsForPersonSince, (DateTimeOffset?)null), CancellationToken.None);
            await _attention.SettleAsync(db, NeedKind.PersonNeeded, requestId, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }

        FindWait(requestId)?.Close();
        _signals.PublishChange(run);
        return true;
    }
}
