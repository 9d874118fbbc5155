using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Pages;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Tests.Runs.Pages;

public sealed class RunPartsTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_timeline_shows_where_the_time_went()
    {
        var attempt = Attempt(1, AttemptKind.Api, 300, 1000) with
        {
            ValidateRunId = "v",
            Stages = [new AttemptStage("restore", At(300), 100, "2 cookies"), new AttemptStage("function", At(400), 600, null)],
        };
        var run = Run("r", RunType.Api, RunStatus.Completed, 1000, attempt with { CreatedAt = At(150) });
        var validation = Run("v", RunType.Validate, RunStatus.Completed, 300, Attempt(1, AttemptKind.Check, 200, 300));

        var lanes = RunTimelineModel.Build("hr", run, new Dictionary<string, RunDetail> { ["v"] = validation }, At(5000));

        Assert.Equal(["Waiting", "Session", "Attempt 1"], lanes.Select(l => l.Name));
        Assert.Equal("/projects/hr/runs/v", lanes[1].Href);
        Assert.Equal("check, 100 ms: Completed", lanes[1].Bars[0].Title);
        Assert.Equal((20, 10), (lanes[1].Bars[0].Left, lanes[1].Bars[0].Width));
        Assert.Equal(["browser", "restore login (2 cookies)", "API"], lanes[2].Bars.Select(b => b.Text));
        Assert.Equal((40, 60), (lanes[2].Bars[2].Left, lanes[2].Bars[2].Width));
        Assert.Equal(Tone.Good, lanes[2].Bars[2].Tone);
    }

    [Fact]
    public void A_running_attempt_grows_until_now()
    {
        var run = Run("r", RunType.Api, RunStatus.Started, null, Attempt(1, AttemptKind.Api, 100, null));

        var bar = RunTimelineModel.Build("hr", run, new Dictionary<string, RunDetail>(), At(2100))[^1].Bars[^1];

        Assert.True(bar.IsLive);
        Assert.Equal("2.0 s", bar.Duration);
    }

    [Fact]
    public void A_log_on_screen_is_bounded_and_says_what_is_missing()
    {
        var state = new RunLogState();
        state.Append(Lines(1, RunLogState.MostLines));
        state.Append(Lines(RunLogState.MostLines - 10, 40));

        Assert.Equal(RunLogState.MostLines + 29, state.LastSeq);
        Assert.Equal(RunLogChunk.Size, state.Dropped);
        Assert.Equal(RunLogState.MostLines + 29, state.Dropped + state.Count);
        Assert.Equal(RunLogChunk.Size + 1, state.Chunks[0].Lines[0].Seq);
    }

    [Fact]
    public void Every_state_has_words_sign_and_colour_of_its_own()
    {
        var terms = RunVocabulary.Statuses.Select(s => s.Term).ToList();

        Assert.Equal(Enum.GetValues<RunStatus>().Length, terms.Select(t => t.Text).Distinct().Count());
        Assert.Equal(terms.Count, terms.Select(t => t.Icon).Distinct().Count());
        Assert.Equal(Tone.Muted, RunVocabulary.Of(RunStatus.Canceled).Tone);
    }

    internal static RunDetail Run(string id, RunType type, RunStatus status, double? endMs, params AttemptView[] attempts) => new()
    {
        Row = new RunRow
        {
            Seq = 1,
            Id = id,
            Type = type,
            Status = status,
            ApiName = type == RunType.Api ? "list" : null,
            CreatedAt = Start,
            StartedAt = At(50),
            FinishedAt = endMs is { } end ? At(end) : null,
        },
        ProjectId = Guid.Empty,
        DeploymentId = Guid.Empty,
        Options = new RunOptions(),
        ParametersJson = "{}",
        Attempts = attempts,
    };

    internal static AttemptView Attempt(int number, AttemptKind kind, double startMs, double? endMs, AttemptStatus? status = null) => new()
    {
        Number = number,
        Kind = kind,
        Status = status ?? (endMs is null ? AttemptStatus.Started : AttemptStatus.Completed),
        CreatedAt = At(startMs),
        StartedAt = At(startMs),
        FinishedAt = endMs is { } end ? At(end) : null,
        Stages = [],
    };

    private static DateTimeOffset At(double ms) => Start.AddMilliseconds(ms);

    private static IEnumerable<RunLogLine> Lines(int first, int count) => Enumerable.Range(first, count).Select(i => new RunLogLine
    {
        RunId = "r",
        Seq = i,
        Attempt = 1,
        Time = Start,
        Level = "info",
        Message = "line",
    });
}
