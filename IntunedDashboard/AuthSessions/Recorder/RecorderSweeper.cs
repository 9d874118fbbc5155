namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Ends first logins that nobody will finish: links that were never opened, browsers that were never asked for.</summary>
public sealed class RecorderSweeper(
    AuthSessionStore sessions, RecorderLinks links, TimeProvider clock, ILogger<RecorderSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>From making a session to asking for its browser.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>One pass.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await sessions.ExpireUnfinishedAsync(clock.GetUtcNow() - Patience, "Nobody logged in.", cancellationToken);
        await links.DropOldAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    RecorderLog.SweepFailed(logger, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
