using Microsoft.Extensions.Options;

namespace IntunedDashboard.Platform;

/// <summary><c>Retention:*</c>.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>How many days what has ended is kept; 0 is for good.</summary>
    public int Days { get; set; } = 30;
}

/// <summary>
/// Rows and files that grow with each Run. Every slice that has some registers one; they are asked in the order of their registration,
/// which is that of the slices: what is referred to goes after what refers to it.
/// </summary>
public interface IHistory
{
    /// <summary>Deletes for good what ended before then and that nobody needs any more. It may break off anywhere and be called again.</summary>
    /// <returns>How many rows went that people would count.</returns>
    Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>Deletes each hour what has been kept long enough, on one node at a time.</summary>
public sealed class RetentionSweeper(
    IEnumerable<IHistory> histories, IOptions<RetentionOptions> options, INamedLocks locks, TimeProvider clock, ILogger<RetentionSweeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>One pass.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var turn = await locks.TakeAsync("retention", cancellationToken);
        var before = clock.GetUtcNow() - TimeSpan.FromDays(options.Value.Days);
        foreach (var history in histories)
        {
            if (await history.ForgetAsync(before, cancellationToken) is > 0 and var count)
            {
                logger.Forgotten(count, history.GetType().Name, options.Value.Days);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Days == 0)
        {
            return;
        }

        try
        {
            for (var pause = AfterStart; ; pause = Interval)
            {
                await Task.Delay(pause, clock, stoppingToken);
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    logger.ForgettingFailed(fault);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; the next pass goes on.
        }
    }
}

internal static partial class RetentionLog
{
    [LoggerMessage(150, LogLevel.Information, "{Count} rows of {History} were deleted, because they ended more than {Days} days ago")]
    public static partial void Forgotten(this ILogger logger, int count, string history, int days);

    [LoggerMessage(151, LogLevel.Error, "What has been kept long enough could not be deleted; it is tried again within an hour")]
    public static partial void ForgettingFailed(this ILogger logger, Exception exception);
}
