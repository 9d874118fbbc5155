using System.Diagnostics.Metrics;

namespace IntunedDashboard.Execution;

/// <summary>What the engine measures of its browsers, in seconds. Safe for concurrent use.</summary>
internal sealed class EngineMetrics
{
    public const string MeterName = "IntunedDashboard.Execution";

    private readonly Histogram<double> _browserStart;
    private readonly Histogram<double> _browserWait;

    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _browserStart = meter.CreateHistogram<double>("intuned.browser.start.duration", "s", "From the launch of a browser until it takes commands.");
        _browserWait = meter.CreateHistogram<double>("intuned.browser.wait.duration", "s", "How long an attempt waited for its browser.");
    }

    public void BrowserStarted(TimeSpan duration, bool succeeded) =>
        _browserStart.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", succeeded ? "started" : "failed"));

    public void BrowserLeased(TimeSpan waited) => _browserWait.Record(waited.TotalSeconds);
}
