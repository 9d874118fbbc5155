using System.Globalization;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>The words, signs and colours of Jobs, JobRuns and their items.</summary>
public static class JobVocabulary
{
    private static readonly StateTerm ActiveJob = new("active", "Active", Tone.Good, IconName.CheckCircle, 1);
    private static readonly StateTerm PausedJob = new("paused", "Paused", Tone.Warning, IconName.Pause, 0);

    private static readonly StateTerm Validating = new("pending", "Checking the login", Tone.Active, IconName.Progress, 3, IsLive: true);
    private static readonly StateTerm Running = new("pending", "Running", Tone.Active, IconName.Progress, 3, IsLive: true);
    private static readonly StateTerm Pausing = new("pausing", "Pausing", Tone.Warning, IconName.Progress, 1, IsLive: true);
    private static readonly StateTerm Paused = new("paused", "Paused", Tone.Warning, IconName.Pause, 0);
    private static readonly StateTerm Resuming = new("resuming", "Resuming", Tone.Active, IconName.Progress, 2, IsLive: true);
    private static readonly StateTerm Success = new("success", "Success", Tone.Good, IconName.CheckCircle, 4);
    private static readonly StateTerm PartSuccess = new("success", "Success with failed items", Tone.Warning, IconName.Warning, 4);
    private static readonly StateTerm Failure = new("failure", "Failure", Tone.Bad, IconName.CrossCircle, 5);
    private static readonly StateTerm Completed = new("completed", "Completed", Tone.Good, IconName.CheckCircle, 6);
    private static readonly StateTerm Terminated = new("terminated", "Terminated", Tone.Muted, IconName.Stop, 7);
    private static readonly StateTerm Canceled = new("canceled", "Canceled", Tone.Muted, IconName.Minus, 8);

    /// <summary>The items of a JobRun in the order in which its bar shows them.</summary>
    public static IReadOnlyList<(StateTerm Term, Func<JobRunView, int> Count)> Items { get; } =
    [
        (new("succeeded", "succeeded", Tone.Good, IconName.CheckCircle, 0), run => run.SucceededCount),
        (new("failed", "failed", Tone.Bad, IconName.CrossCircle, 1), run => run.FailedCount),
        (new("canceled", "canceled", Tone.Muted, IconName.Minus, 2), run => run.CanceledCount),
        (new("running", "running", Tone.Active, IconName.Progress, 3, IsLive: true), run => run.EndedAt is null ? run.RunningCount : 0),
        (new("waiting", "waiting", Tone.Neutral, IconName.Clock, 4), run => run.EndedAt is null ? run.WaitingCount : 0),
        (new("left", "not run", Tone.Neutral, IconName.Minus, 5), run => run.EndedAt is null ? 0 : run.PayloadCount - run.EndedCount),
    ];

    public static StateTerm Of(JobState state) => state == JobState.Active ? ActiveJob : PausedJob;

    public static StateTerm Of(JobRunView run) => run.Status switch
    {
        JobRunStatus.Pending => run.IsValidating ? Validating : Running,
        JobRunStatus.Pausing => Pausing,
        JobRunStatus.Paused => Paused,
        JobRunStatus.Resuming => Resuming,
        JobRunStatus.Success => run.FailedCount > 0 ? PartSuccess : Success,
        JobRunStatus.Failure => Failure,
        JobRunStatus.Completed => Completed,
        JobRunStatus.Terminated => Terminated,
        _ => Canceled,
    };

    public static string TextOf(JobOrigin origin) => origin == JobOrigin.Api ? "API" : "Code";

    public static string TextOf(JobRunType type) => type == JobRunType.Manual ? "Manual" : "Schedule";

    /// <summary>Where the help explains the reason.</summary>
    public static string HelpFor(string reasonType) => $"{Urls.Help("troubleshooting")}#{reasonType}";

    public static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string ItemsText(int count) => count == 1 ? "1 item" : $"{Number(count)} items";

    /// <summary>What became of a JobRun, in a few words.</summary>
    public static string Summary(JobRunView run)
    {
        var counts = Items.Select(i => (i.Term.Text, Count: i.Count(run))).Where(c => c.Count > 0).Select(c => $"{Number(c.Count)} {c.Text}");
        return $"{Of(run).Text}: {string.Join(", ", counts)}";
    }
}
