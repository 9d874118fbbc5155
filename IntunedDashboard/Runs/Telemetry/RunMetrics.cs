using System.Diagnostics;
using System.Diagnostics.Metrics;
using IntunedDashboard.Runs.Scheduling;

namespace IntunedDashboard.Runs.Telemetry;

/// <summary>What is measured of Runs, in seconds and counts. No tag names a project's data, a person or an account.</summary>
public sealed class RunMetrics
{
    public const string MeterName = "IntunedDashboard.Runs";

    private readonly Counter<long> _finished;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _queueWait;
    private readonly Counter<long> _recreations;

    public RunMetrics(IMeterFactory meters, BrowserSlots slots)
    {
        var meter = meters.Create(MeterName);
        _finished = meter.CreateCounter<long>("intuned.runs.finished", "{run}", "Runs that have ended, validations among them.");
        _duration = meter.CreateHistogram<double>("intuned.run.duration", "s", "From the start of a Run to its end.");
        _queueWait = meter.CreateHistogram<double>("intuned.run.queue_wait.duration", "s", "From the creation of a Run to its start.");
        _recreations = meter.CreateCounter<long>("intuned.auth_sessions.recreations", "{login}", "Logins that a validation had to make.");
        meter.CreateObservableGauge("intuned.browser_slots.used", () => slots.Used, "{slot}", "Browser slots of this node that are taken.");
        meter.CreateObservableGauge("intuned.browser_slots.limit", () => slots.Count, "{slot}", "Browser slots of this node.");
        meter.CreateObservableGauge("intuned.browser_slots.waiting", () => slots.Waiting, "{run}", "How many wait for a browser slot of this node.");
    }

    /// <summary>Whether anybody counts logins; asking the database for them is not worth it else.</summary>
    public bool CountsRecreations => _recreations.Enabled;

    public void Finished(RunEnding ending, DateTimeOffset finishedAt)
    {
        var run = ending.Run;
        var tags = new TagList
        {
            { "type", RunWords.Of(run.Type) },
            { "outcome", RunWords.Of(ending.Status) },
            { "reason", ending.Error?.Code ?? ending.ReasonType },
            { "project", run.ProjectId },
        };
        _finished.Add(1, tags);
        if (run.StartedAt is { } started)
        {
            _duration.Record((finishedAt - started).TotalSeconds, tags);
            if (run.DependencyOfRunId is null)
            {
                _queueWait.Record((started - run.CreatedAt).TotalSeconds, new KeyValuePair<string, object?>("type", RunWords.Of(run.Type)));
            }
        }
    }

    public void Recreated(AttemptStatus outcome) =>
        _recreations.Add(1, new KeyValuePair<string, object?>("outcome", RunWords.Of(outcome)));
}
