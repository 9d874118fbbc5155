using IntunedDashboard.AuthSessions;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs;

/// <summary>Stops a Run wherever it is: queued, waiting for its session or executing, on whatever node. Safe for concurrent use.</summary>
public sealed class RunStopper
{
    private const string Kind = "stop-run";

    private readonly RunStore _store;
    private readonly AuthSessionStore _sessions;
    private readonly RunCancellations _cancellations;
    private readonly ThisNode _node;
    private readonly INodeMessages _messages;
    private readonly ILogger<RunStopper> _logger;

    public RunStopper(
        RunStore store, AuthSessionStore sessions, RunCancellations cancellations, ThisNode node, INodeMessages messages, ILogger<RunStopper> logger)
    {
        (_store, _sessions, _cancellations, _node, _messages, _logger) = (store, sessions, cancellations, node, messages, logger);
        messages.Listen(Kind, id => _ = StopAskedAsync(id), () => _ = StopAskedAsync(runId: null));
    }

    /// <param name="reason">A published reason type.</param>
    /// <returns>Whether the Run has ended; if not, whoever executes it ends it soon.</returns>
    public async Task<bool> StopAsync(Run run, string reason, CancellationToken cancellationToken)
    {
        if (run.FinishedAt is not null)
        {
            return true;
        }

        if (await _store.TryCancelPendingAsync(run, reason, RunReasons.SentenceOf(reason), cancellationToken))
        {
            if (run is { Type: RunType.Create or RunType.Update, AuthSessionKey: { } key })
            {
                await _sessions.AbandonLoginAsync(key, run.Id, "The login was canceled.", isKnown: true);
            }

            return true;
        }

        if (await _store.RequestCancelAsync(run, reason, cancellationToken))
        {
            if (_node.IsAlone)
            {
                _cancellations.Cancel(run.Id);
            }
            else
            {
                await StopAskedAsync(run.Id);
                _messages.Send(Kind, run.Id);
            }
        }

        return false;
    }

    /// <summary>Stops what this node executes and was asked to stop; null for all of it.</summary>
    private async Task StopAskedAsync(string? runId)
    {
        try
        {
            foreach (var id in await _store.FindAskedAsync(_node.Id, runId))
            {
                _cancellations.Cancel(id);
            }
        }
        catch (Exception fault)
        {
            // The connection for messages comes back with the database, and then everything is read again.
            _logger.StopFailed(fault);
        }
    }
}
