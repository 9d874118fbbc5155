using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Formatting;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Runs.Pages;

/// <summary>A span on the timeline.</summary>
/// <param name="Left">Percent of the whole.</param>
/// <param name="Width">Percent of the whole.</param>
public sealed record TimelineBar(string Text, string Duration, string? Detail, Tone Tone, double Left, double Width, bool IsLive)
{
    public string Title => Detail is null ? $"{Text}, {Duration}" : $"{Text}, {Duration}: {Detail}";
}

/// <param name="Href">Where the lane's own page is: a Validate Run.</param>
public sealed record TimelineLane(string Name, string? Href, IReadOnlyList<TimelineBar> Bars);

/// <summary>Where a Run's time went: waiting, browser, session, then the stages of each attempt.</summary>
public sealed class RunTimelineModel
{
    private readonly DateTimeOffset _start;
    private readonly DateTimeOffset _now;
    private readonly double _total;

    private RunTimelineModel(RunDetail run, DateTimeOffset now)
    {
        _start = run.Row.CreatedAt;
        _now = now;
        _total = Math.Max(1, ((run.Row.FinishedAt ?? now) - _start).TotalMilliseconds);
    }

    /// <param name="validations">The Validate Runs of the attempts, by id.</param>
    public static IReadOnlyList<TimelineLane> Build(
        string project, RunDetail run, IReadOnlyDictionary<string, RunDetail> validations, DateTimeOffset now)
    {
        var model = new RunTimelineModel(run, now);
        var lanes = new List<TimelineLane>();
        if (run.Row.StartedAt is null || run.Row.StartedAt > run.Row.CreatedAt)
        {
            var isWaiting = run.Row.StartedAt is null && !RunVocabulary.IsOver(run.Row.Status);
            lanes.Add(new TimelineLane("Waiting", null,
                [model.Bar("waiting", run.Row.CreatedAt, run.Row.StartedAt ?? run.Row.FinishedAt, Tone.Neutral, "for a free browser", isWaiting)]));
        }

        var before = run.Row.StartedAt;
        foreach (var attempt in run.Attempts)
        {
            if (attempt.ValidateRunId is { } id && validations.TryGetValue(id, out var validation))
            {
                var bars = validation.Attempts.SelectMany(model.ValidationBarsOf).ToList();
                lanes.Add(new TimelineLane("Session", Urls.Run(project, id), bars));
            }

            lanes.Add(new TimelineLane(NameOf(run, attempt), null, model.BarsOf(run, attempt, before)));
            before = attempt.FinishedAt;
        }

        return lanes;
    }

    /// <summary>With what the stage has to say: how many cookies were restored, who held the session.</summary>
    private static string StageText(AttemptStage stage, AttemptKind kind)
    {
        var text = stage.Stage switch
        {
            "function" => RunVocabulary.TextOf(kind),
            AttemptStage.Session => "waiting for the session",
            "context" => "browser context",
            "restore" => "restore login",
            "capture" => "keep login",
            "refresh" => "refresh login",
            "person" => "waiting for a person",
            var other => other,
        };
        return stage.Detail is null ? text : $"{text} ({stage.Detail})";
    }

    private static Tone ToneOf(AttemptStatus status) => RunVocabulary.Of(status).Tone;

    private static string NameOf(RunDetail run, AttemptView attempt) =>
        run.Row.Type == RunType.Api ? $"Attempt {attempt.Number}" : $"{attempt.Number}. {RunVocabulary.TextOf(attempt.Kind)}";

    private List<TimelineBar> BarsOf(RunDetail run, AttemptView attempt, DateTimeOffset? before)
    {
        var bars = new List<TimelineBar>();
        // One browser serves all checks and logins of an AuthSession Run; an API Run takes one for each attempt.
        var takesBrowser = run.Row.Type == RunType.Api || attempt.Number == 1;
        var isToldByStage = attempt.Stages.Any(s => s.Stage == AttemptStage.Browser);
        if (takesBrowser && !isToldByStage && before is { } from && attempt.CreatedAt > from)
        {
            bars.Add(Bar(AttemptStage.Browser, from, attempt.CreatedAt, Tone.Neutral, attempt.Browser, isLive: false));
        }

        if (attempt.Stages.Count == 0)
        {
            if (attempt.StartedAt is not null)
            {
                bars.Add(Whole(attempt, RunVocabulary.TextOf(attempt.Kind)));
            }

            return bars;
        }

        bars.AddRange(attempt.Stages.Select(stage => Bar(
            StageText(stage, attempt.Kind), stage.StartedAt, stage.StartedAt.AddMilliseconds(stage.DurationMs),
            stage.Stage switch { "function" => ToneOf(attempt.Status), AttemptStage.Browser => Tone.Neutral, _ => Tone.Muted },
            stage.Stage == AttemptStage.Browser ? attempt.Browser : null,
            isLive: false)));
        return bars;
    }

    /// <summary>A check or login as one bar, after what it waited for.</summary>
    private IEnumerable<TimelineBar> ValidationBarsOf(AttemptView attempt) =>
        attempt.Stages.Where(s => s.Stage == AttemptStage.Session)
            .Select(s => Bar(StageText(s, attempt.Kind), s.StartedAt, s.StartedAt.AddMilliseconds(s.DurationMs), Tone.Neutral, detail: null, isLive: false))
            .Append(Whole(attempt, RunVocabulary.TextOf(attempt.Kind)));

    private TimelineBar Whole(AttemptView attempt, string text) => Bar(
        text, attempt.StartedAt ?? attempt.CreatedAt, attempt.FinishedAt, ToneOf(attempt.Status), RunVocabulary.Of(attempt.Status).Text,
        attempt.Status == AttemptStatus.Started);

    private TimelineBar Bar(string text, DateTimeOffset from, DateTimeOffset? to, Tone tone, string? detail, bool isLive)
    {
        var end = to ?? _now;
        var left = Math.Clamp((from - _start).TotalMilliseconds / _total * 100, 0, 100);
        var width = Math.Clamp((end - from).TotalMilliseconds / _total * 100, 0, 100 - left);
        return new TimelineBar(text, DurationText.Of(end - from), detail, tone, left, width, isLive);
    }
}
