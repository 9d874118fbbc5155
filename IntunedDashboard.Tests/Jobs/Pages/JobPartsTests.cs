using Bunit;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Jobs;
using IntunedDashboard.Jobs.Pages;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Tests.Jobs.Pages;

public sealed class JobPartsTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly Project Hr = new()
    {
        Id = Guid.NewGuid(), WorkspaceId = Guid.NewGuid(), Name = "hr", Language = ProjectLanguages.TypeScript, CreatedAt = Now,
    };

    [Fact]
    public void A_bar_has_a_share_for_each_outcome_and_its_words_say_the_same()
    {
        var bars = Render<JobBars>(p => p
            .Add(b => b.Project, "hr").Add(b => b.JobId, "nightly")
            .Add(b => b.Runs, [Run(JobRunStatus.Pending, succeeded: 4, failed: 1, running: 2), Run(JobRunStatus.Canceled) with { Id = "older" }]));

        var links = bars.FindAll("a");
        Assert.Equal(["/projects/hr/jobs/nightly/runs/older", "/projects/hr/jobs/nightly/runs/one"], links.Select(l => l.GetAttribute("href")));
        Assert.Equal("Running: 4 succeeded, 1 failed, 2 running, 1,993 waiting", links[1].GetAttribute("aria-label"));
        Assert.Equal("Canceled: 2,000 not run", links[0].GetAttribute("aria-label"));
        Assert.Equal(["flex-grow:4", "flex-grow:1", "flex-grow:2", "flex-grow:1993"], links[1].QuerySelectorAll(".shares > span").Select(s => s.GetAttribute("style")));
    }

    [Fact]
    public void Progress_tells_counts_pace_and_the_time_that_is_left()
    {
        var progress = Render<JobRunProgress>(p => p
            .Add(x => x.Project, "hr").Add(x => x.JobRun, Run(JobRunStatus.Pending, succeeded: 1_399, failed: 1)).Add(x => x.Pace, new JobRunPace(120)));

        Assert.Equal("1,400 of 2,000 items", progress.Find("strong").TextContent);
        Assert.Equal("120 items a minute, about 5 min 00 s left", progress.Find(".soft").TextContent.Trim());
        Assert.Equal("1400", progress.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Equal(["1,399 succeeded", "1 failed", "600 waiting"], progress.FindAll("li").Select(l => l.TextContent.Trim()));
    }

    [Fact]
    public void While_the_login_is_checked_progress_leads_to_the_check()
    {
        var progress = Render<JobRunProgress>(p => p
            .Add(x => x.Project, "hr").Add(x => x.JobRun, Run(JobRunStatus.Pending) with { ValidationRunId = "v", IsValidating = true }).Add(x => x.Pace, null));

        Assert.Equal("/projects/hr/runs/v", progress.Find("a").GetAttribute("href"));
    }

    [Theory]
    [InlineData(AuthSessionType.Credentials, AuthSessionSource.Api, "Update credentials", "/update")]
    [InlineData(AuthSessionType.Recorder, AuthSessionSource.Ui, "Log in again", "/projects/hr/auth-sessions/main/recorder")]
    [InlineData(AuthSessionType.Credentials, AuthSessionSource.Code, "Open AuthSession", "/projects/hr/auth-sessions/main")]
    public void A_lost_login_leads_to_its_repair(AuthSessionType type, AuthSessionSource source, string text, string href)
    {
        var notice = Notice(LostLogin(), Session(AuthSessionStatus.Expired) with { Type = type, Source = source });

        Assert.Contains("The login of AuthSession main is lost since", notice.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Equal(Now.AddHours(-2).UtcDateTime.ToString("O"), notice.Find("relative-time").GetAttribute("datetime"));
        Assert.Equal((text, href), (notice.Find("a.button").TextContent.Trim(), notice.Find("a.button").GetAttribute("href")));
        Assert.Empty(Notice(LostLogin(), Session(AuthSessionStatus.Expired), mayAct: false).FindAll("a.button"));
    }

    [Fact]
    public void A_login_that_is_there_again_says_so()
    {
        var notice = Notice(LostLogin(), Session(AuthSessionStatus.Ready) with { StatusSince = Now.AddMinutes(1) });

        Assert.Contains("is ready again since", notice.Find("p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_is_gone_is_made_anew()
    {
        var notice = Notice(LostLogin() with { ReasonType = JobRunReasons.AuthSessionNotFound }, session: null);

        Assert.Contains("AuthSession main is gone.", notice.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Equal("/projects/hr/auth-sessions?new=1", notice.Find("a.button").GetAttribute("href"));
    }

    [Fact]
    public void A_full_sink_says_how_to_go_on()
    {
        var notice = Notice(LostLogin() with { ReasonType = JobRunReasons.S3SinkError, ReasonMessage = "The sink did not take it." }, session: null);

        Assert.Contains("Mend the sink in the Job and resume", notice.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_JobRun_at_work_has_no_notice() => Assert.Empty(Notice(Run(JobRunStatus.Pending), session: null).Markup.Trim());

    [Fact]
    public void Long_parameters_unfold()
    {
        var json = $$"""{"text":"{{new string('x', 300)}}"}""";
        var line = Render<JsonLine>(p => p.Add(l => l.Json, json).Add(l => l.Label, "Parameters"));

        Assert.Equal(json, line.Find("details pre").TextContent);
        Assert.InRange(line.Find("summary").TextContent.Trim().Length, 100, 130);
    }

    [Fact]
    public void Every_state_has_words_and_those_that_need_somebody_come_first()
    {
        var terms = Enum.GetValues<JobRunStatus>().Select(status => JobVocabulary.Of(Run(status))).ToList();

        Assert.Equal(terms.Count, terms.Select(t => t.Text).Distinct().Count());
        Assert.Equal("Paused", terms.MinBy(t => t.Order)!.Text);
        Assert.Equal(Tone.Warning, JobVocabulary.Of(Run(JobRunStatus.Success, failed: 1)).Tone);
    }

    private IRenderedComponent<JobRunNotice> Notice(JobRunView run, AuthSessionRow? session, bool mayAct = true) => Render<JobRunNotice>(p => p
        .Add(n => n.Project, Hr).Add(n => n.JobRun, run).Add(n => n.Job, null).Add(n => n.Session, session)
        .Add(n => n.MayAct, mayAct).Add(n => n.UpdateUrl, "/update"));

    private static JobRunView LostLogin() => Run(JobRunStatus.Paused, succeeded: 3) with
    {
        ReasonType = JobRunReasons.AuthSessionInvalidMidJob, ReasonMessage = "The create function failed.",
        Options = new JobOptions { AuthSession = new JobAuthSession { Id = "main" } },
    };

    private static AuthSessionRow Session(AuthSessionStatus status) => new()
    {
        Key = Guid.NewGuid(), Id = "main", Type = AuthSessionType.Credentials, Source = AuthSessionSource.Api, Status = status,
        StatusSince = Now.AddHours(-2), CreatedAt = Now.AddDays(-1), UpdatedAt = Now,
    };

    private static JobRunView Run(JobRunStatus status, int succeeded = 0, int failed = 0, int running = 0) => new()
    {
        Seq = 1, Id = "one", ProjectId = Hr.Id, JobId = "nightly", Type = JobRunType.Manual, Status = status, IsValidating = false,
        StartedAt = Now.AddMinutes(-5), CreatedAt = Now.AddMinutes(-5), UpdatedAt = Now, PayloadCount = 2000, SucceededCount = succeeded,
        FailedCount = failed, CanceledCount = 0, RunningCount = running, Options = new JobOptions(),
        EndedAt = status is JobRunStatus.Pending or JobRunStatus.Pausing or JobRunStatus.Paused or JobRunStatus.Resuming ? null : Now,
    };
}
