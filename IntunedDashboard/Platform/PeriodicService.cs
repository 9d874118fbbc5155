namespace IntunedDashboard.Platform;

/// <summary>Does the same again and again while the server runs. A pass that fails is reported, and the next one comes in its time.</summary>
/// <param name="interval">From the beginning of one pass to that of the next.</param>
/// <param name="isDoneAtStart">Whether the first pass comes at once rather than after an interval.</param>
public abstract class PeriodicService(TimeSpan interval, TimeProvider clock, bool isDoneAtStart = false) : BackgroundService
{
    protected TimeProvider Clock { get; } = clock;

    /// <summary>One pass.</summary>
    public abstract Task PassAsync(CancellationToken cancellationToken);

    protected abstract void Report(Exception fault);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, Clock);
        try
        {
            for (var isDue = isDoneAtStart || await timer.WaitForNextTickAsync(stoppingToken); isDue; isDue = await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await PassAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    Report(fault);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops, or its start has failed, which must not look like a fault of this service.
        }
    }
}
