using IntunedDashboard.Jobs;

namespace IntunedDashboard.Tests.Jobs;

public sealed class JobRunPaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_said_before_the_first_item_has_ended() => Assert.Null(JobRunPace.Of([], Now.AddMinutes(-5), Now));

    [Fact]
    public void What_ended_in_the_last_minute_is_the_pace()
    {
        // Two a second for 40 seconds, and 100 long ago.
        var ends = Ends(80, TimeSpan.FromSeconds(0.5)).Concat(Enumerable.Range(0, 100).Select(i => Now.AddMinutes(-30 - i)));
        Assert.Equal(80, Pace(ends, Now.AddHours(-3)), 0.01);
    }

    [Fact]
    public void A_JobRun_that_began_just_now_is_judged_by_its_own_time() =>
        Assert.Equal(240, Pace(Ends(40, TimeSpan.FromSeconds(0.25)), Now.AddSeconds(-10)), 0.01);

    [Fact]
    public void A_fast_one_is_judged_by_as_many_as_are_looked_at() =>
        Assert.Equal(1200, Pace(Ends(JobRunPace.Sample, TimeSpan.FromSeconds(0.05)), Now.AddHours(-1)), 10.0);

    [Fact]
    public void A_slow_one_is_judged_by_its_last_ten() => Assert.Equal(0.5, Pace(Ends(50, TimeSpan.FromMinutes(2)), Now.AddHours(-3)), 0.01);

    [Fact]
    public void The_first_few_of_a_slow_one_are_judged_from_its_start() =>
        Assert.Equal(0.2, Pace(Ends(2, TimeSpan.FromMinutes(4)), Now.AddMinutes(-10)), 0.01);

    [Fact]
    public void What_ended_before_a_pause_and_the_pause_itself_do_not_count()
    {
        var ends = Ends(20, TimeSpan.FromSeconds(0.5)).Concat(Enumerable.Range(0, 100).Select(i => Now.AddHours(-1) - TimeSpan.FromSeconds(i)));
        Assert.Equal(120, Pace(ends, Now.AddSeconds(-10)), 0.01);
        Assert.Null(JobRunPace.Of([Now.AddHours(-1)], Now.AddSeconds(-10), Now));
    }

    [Fact]
    public void The_rest_takes_as_long_as_its_items_at_that_pace() =>
        Assert.Equal(TimeSpan.FromMinutes(5), new JobRunPace(20).TimeFor(100));

    private static double Pace(IEnumerable<DateTimeOffset> ends, DateTimeOffset start) =>
        JobRunPace.Of([.. ends.Take(JobRunPace.Sample)], start, Now)!.ItemsPerMinute;

    /// <summary>The last one now.</summary>
    private static IEnumerable<DateTimeOffset> Ends(int count, TimeSpan apart) => Enumerable.Range(0, count).Select(i => Now - (i * apart));
}
