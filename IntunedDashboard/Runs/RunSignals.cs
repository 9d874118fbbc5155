using IntunedDashboard.Live;

namespace IntunedDashboard.Runs;

internal static class RunSignals
{
    /// <summary>Tells everybody who shows the Run, in a list, on its page, or on that of the Run that needs it. After the commit.</summary>
    public static void PublishChange(this ILiveSignals signals, Run run)
    {
        signals.Publish(LiveTopics.Run(run.Id));
        signals.Publish(LiveTopics.Runs(run.ProjectId));
        if (run.DependencyOfRunId is not null)
        {
            signals.Publish(LiveTopics.Run(run.DependencyOfRunId));
        }
    }
}
