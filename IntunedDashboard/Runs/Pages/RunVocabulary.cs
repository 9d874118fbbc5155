using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Runs.Pages;

/// <summary>The words, signs and colours of Runs and attempts. Chips, filters, bars and counts all read these lists.</summary>
public static class RunVocabulary
{
    private static readonly StateTerm Pending = new("pending", "Pending", Tone.Neutral, IconName.Clock, 0);
    private static readonly StateTerm Running = new("started", "Running", Tone.Active, IconName.Progress, 1, IsLive: true);
    private static readonly StateTerm Completed = new("completed", "Completed", Tone.Good, IconName.CheckCircle, 2);
    private static readonly StateTerm Failed = new("failed", "Failed", Tone.Bad, IconName.CrossCircle, 3);
    private static readonly StateTerm Canceled = new("canceled", "Canceled", Tone.Muted, IconName.Minus, 4);

    /// <summary>A running Run whose automation has asked somebody for something.</summary>
    public static StateTerm WaitsForPerson { get; } = new("waiting", "Waiting for a person", Tone.Warning, IconName.Person, 1);

    public static IReadOnlyList<(RunStatus Status, StateTerm Term)> Statuses { get; } =
    [
        .. Enum.GetValues<RunStatus>().Select(status => (status, Of(status))).OrderBy(s => s.Item2.Order),
    ];

    public static IReadOnlyList<(RunType Type, string Key, string Text)> Types { get; } =
    [
        (RunType.Api, "api", "API"),
        (RunType.Validate, "validate", "AuthSession:Validate"),
        (RunType.Create, "create", "AuthSession:Create"),
        (RunType.Update, "update", "AuthSession:Update"),
    ];

    public static StateTerm Of(RunStatus status) => status switch
    {
        RunStatus.Pending => Pending,
        RunStatus.Started => Running,
        RunStatus.Completed => Completed,
        RunStatus.Failed => Failed,
        _ => Canceled,
    };

    public static StateTerm Of(RunRow run) => run.WaitsForPersonSince is not null && !IsOver(run.Status) ? WaitsForPerson : Of(run.Status);

    public static StateTerm Of(AttemptStatus status) => status switch
    {
        AttemptStatus.Pending => Pending,
        AttemptStatus.Started => Running,
        AttemptStatus.Completed => Completed,
        AttemptStatus.Failed => Failed,
        _ => Canceled,
    };

    public static string TextOf(RunType type) => Types.First(t => t.Type == type).Text;

    /// <summary>What the Run did: the API's name, or the kind of AuthSession operation.</summary>
    public static string TitleOf(RunRow run) => run.ApiName ?? TextOf(run.Type);

    public static string TextOf(AttemptKind kind) => kind switch
    {
        AttemptKind.Check => "check",
        AttemptKind.Create => "create",
        _ => "API",
    };

    /// <summary>Whose Run it is: this decides its place in the queue.</summary>
    public static string TextOf(RunPriority priority) => priority switch
    {
        RunPriority.Person => "a person's, first",
        RunPriority.Api => "a program's, after people's",
        _ => "a Job's, after all others",
    };

    public static bool IsOver(RunStatus status) => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Canceled;

    /// <summary>Why it failed or was not run, in a sentence; null when there is nothing to explain.</summary>
    public static string? ReasonOf(RunRow run) => run.Message ?? run.ReasonType ?? run.ErrorCode;
}
