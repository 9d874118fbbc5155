using System.Globalization;
using System.Text.Json.Nodes;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs.Schedules;

/// <summary>Jobs that start by themselves.</summary>
public sealed class JobScheduleTests : IAsyncLifetime
{
    private readonly ShiftedTime _clock = new();
    private FlowHost _host = null!;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync(authSessions: false, clock: _clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Every_two_seconds_it_starts_by_itself_at_even_seconds()
    {
        await CreateAsync("ticking", """{ "intervals": [ { "every": "2s" } ] }""");
        var runs = await Eventually.GetAsync(() => RunsAsync("ticking"), runs => runs.Count >= 3, TimeSpan.FromSeconds(90));

        Assert.All(runs, run => Assert.Equal("SCHEDULED", Text(run!, "type")));
        var next = Time(await _host.GetAsync("/jobs/ticking"), "next_run_time");
        Assert.Equal(0, next.Millisecond);
        Assert.Equal(0, next.Second % 2);
    }

    [Fact]
    public async Task A_calendar_across_month_end_and_leap_day_starts_at_its_times()
    {
        _clock.Set(Utc("2028-02-27T12:00:00Z"));
        await CreateAsync("monthly", """{ "calendars": [ { "hour": 6, "dayOfMonth": [29, 1] } ] }""");
        Assert.Equal(Utc("2028-02-29T06:00:00Z"), Time(await _host.GetAsync("/jobs/monthly"), "next_run_time"));

        foreach (var (now, next) in new[] { ("2028-02-29T06:00:01Z", "2028-03-01T06:00:00Z"), ("2028-03-01T06:00:01Z", "2028-03-29T06:00:00Z") })
        {
            _clock.Set(Utc(now));
            await SweepAsync();
            var job = await _host.GetAsync("/jobs/monthly");
            Assert.Equal(Utc(next), Time(job, "next_run_time"));
            Assert.InRange(Time(job, "last_run_time"), Utc(now), Utc(now).AddMinutes(5));
            await Eventually.GetAsync(() => RunsAsync("monthly"), runs => runs.All(r => Text(r!, "status") == "SUCCESS"));
        }

        Assert.Equal(2, (await RunsAsync("monthly")).Count);
    }

    [Fact]
    public async Task Times_missed_while_nothing_ran_are_made_up_for_once()
    {
        await CreateAsync("missed", """{ "intervals": [ { "every": "10 minutes" } ] }""");
        await SweepAsync();
        Assert.Empty(await RunsAsync("missed"));
        _clock.Advance(TimeSpan.FromHours(5));
        await SweepAsync();
        await SweepAsync();

        Assert.Single(await RunsAsync("missed"));
        var next = Time(await _host.GetAsync("/jobs/missed"), "next_run_time");
        Assert.InRange(next, _clock.GetUtcNow().AddMinutes(-1), _clock.GetUtcNow().AddMinutes(10));
    }

    [Fact]
    public async Task A_due_start_happens_once_however_many_ask()
    {
        await CreateAsync("asked", """{ "intervals": [ { "every": "1 day" } ] }""");
        _clock.Advance(TimeSpan.FromDays(1));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SweepAsync()));
        Assert.Single(await RunsAsync("asked"));
    }

    [Fact]
    public async Task A_start_while_another_JobRun_is_active_is_recorded_as_canceled()
    {
        using var gate = new Gate(_host.Engine);
        await CreateAsync("slow", """{ "intervals": [ { "every": "1h" } ] }""");
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await SweepAsync();
        }

        var latest = (await RunsAsync("slow"))[0]!;
        Assert.Equal(("CANCELED", "SCHEDULED"), (Text(latest, "status"), Text(latest, "type")));
        Assert.Equal("another-job-run-active", Text(latest["reason"]!, "type"));
    }

    [Fact]
    public async Task A_paused_job_has_no_next_time_and_what_it_missed_is_not_made_up_for()
    {
        await CreateAsync("resting", """{ "intervals": [ { "every": "1h" } ] }""");
        await _host.SendAsync(HttpMethod.Post, "/jobs/resting/pause");
        Assert.Null((await _host.GetAsync("/jobs/resting"))["next_run_time"]);
        _clock.Advance(TimeSpan.FromHours(3));
        await SweepAsync();
        await _host.SendAsync(HttpMethod.Post, "/jobs/resting/resume");
        await SweepAsync();
        Assert.Empty(await RunsAsync("resting"));
        Assert.True(Time(await _host.GetAsync("/jobs/resting"), "next_run_time") > _clock.GetUtcNow());
    }

    [Fact]
    public async Task Jitter_is_part_of_the_next_time_that_is_shown()
    {
        _clock.Set(Utc("2026-05-04T00:00:00Z"));
        await CreateAsync("jittered", """{ "jitter": "6h", "calendars": [ { "hour": 12 } ] }""");
        var next = Time(await _host.GetAsync("/jobs/jittered"), "next_run_time");
        Assert.InRange(next, Utc("2026-05-04T12:00:00Z"), Utc("2026-05-04T18:00:00Z"));
        _clock.Set(next.AddSeconds(-30));
        await SweepAsync();
        Assert.Empty(await RunsAsync("jittered"));
        _clock.Set(next);
        await SweepAsync();
        Assert.Single(await RunsAsync("jittered"));
        Assert.InRange(Time(await _host.GetAsync("/jobs/jittered"), "next_run_time"), Utc("2026-05-05T12:00:00Z"), Utc("2026-05-05T18:00:00Z"));
    }

    private async Task CreateAsync(string id, string schedule)
    {
        var job = Job(id, 1);
        job["schedule"] = JsonNode.Parse(schedule);
        await _host.CreateJobAsync(job);
    }

    private Task SweepAsync() => _host.App.Services.GetRequiredService<JobSchedules>().SweepAsync(default);

    private async Task<JsonArray> RunsAsync(string id) => (await _host.GetAsync($"/jobs/{id}/runs"))["jobRuns"]!.AsArray();

    private static DateTimeOffset Time(JsonObject job, string name) => Utc(Text(job, name));

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
