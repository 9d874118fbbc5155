using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Sinks;

/// <summary>The published back-off. It is the same for everybody.</summary>
public static class DeliveryPolicy
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);

    /// <summary>How long after its first attempt a message is still tried.</summary>
    public static TimeSpan WindowOf(string sinkType) => sinkType == SinkDefinition.S3 ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(1);

    /// <param name="attempts">Failed ones of the series, at least 1.</param>
    /// <param name="now">When the last of them ended.</param>
    /// <returns>Null when it is to be given up.</returns>
    public static DateTimeOffset? NextAttempt(string sinkType, DateTimeOffset seriesStarted, int attempts, DateTimeOffset now)
    {
        var doublings = Math.Min(attempts - 1, 10);
        var delay = FirstDelay * Math.Pow(2, doublings);
        var next = now + (delay < LongestDelay ? delay : LongestDelay);
        return next - seriesStarted > WindowOf(sinkType) ? null : next;
    }
}
