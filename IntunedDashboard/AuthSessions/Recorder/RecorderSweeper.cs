using IntunedDashboard.Platform;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Ends first logins that nobody will finish: links that were never opened, browsers that were never asked for.</summary>
public sealed class RecorderSweeper(
    AuthSessionStore sessions, RecorderLinks links, TimeProvider clock, ILogger<RecorderSweeper> logger)
    : PeriodicService(TimeSpan.FromSeconds(15), clock)
{
    /// <summary>From making a session to asking for its browser.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        await sessions.ExpireUnfinishedAsync(Clock.GetUtcNow() - Patience, "Nobody logged in.", cancellationToken);
        await links.DropOldAsync(cancellationToken);
    }

    protected override void Report(Exception fault) => RecorderLog.SweepFailed(logger, fault);
}
