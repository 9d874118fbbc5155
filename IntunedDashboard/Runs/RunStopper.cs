using IntunedDashboard.AuthSessions;

namespace IntunedDashboard.Runs;

/// <summary>Stops a Run wherever it is: queued, waiting for its session or executing. Safe for concurrent use.</summary>
public sealed class RunStopper(RunStore store, AuthSessionStore sessions, RunCancellations cancellations)
{
    /// <param name="reason">A published reason type.</param>
    /// <returns>Whether the Run has ended; if not, whoever executes it ends it soon.</returns>
    public async Task<bool> StopAsync(Run run, string reason, CancellationToken cancellationToken)
    {
        if (run.FinishedAt is not null)
        {
            return true;
        }

        if (await store.TryCancelPendingAsync(run, reason, RunReasons.SentenceOf(reason), cancellationToken))
        {
            if (run is { Type: RunType.Create or RunType.Update, AuthSessionKey: { } key })
            {
                await sessions.AbandonLoginAsync(key, run.Id, "The login was canceled.", isKnown: true);
            }

            return true;
        }

        if (await store.RequestCancelAsync(run, reason, cancellationToken))
        {
            cancellations.Cancel(run.Id);
        }

        return false;
    }
}
