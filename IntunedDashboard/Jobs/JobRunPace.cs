namespace IntunedDashboard.Jobs;

/// <summary>How fast a JobRun gets on, judged by when its latest items ended.</summary>
public sealed record JobRunPace(double ItemsPerMinute)
{
    /// <summary>So many ends are enough to judge by.</summary>
    public const int Sample = 200;

    /// <summary>With fewer ends in the last minute, older ones are looked at as well.</summary>
    private const int Fewest = 10;

    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    /// <param name="ends">At most <see cref="Sample"/>, the last one first.</param>
    /// <param name="startedAt">When it began, or last went on: how long it was paused says nothing about its pace.</param>
    /// <returns>Null while there is nothing to judge by.</returns>
    public static JobRunPace? Of(IReadOnlyList<DateTimeOffset> ends, DateTimeOffset startedAt, DateTimeOffset now)
    {
        ends = [.. ends.TakeWhile(end => end >= startedAt)];
        if (ends.Count == 0)
        {
            return null;
        }

        var aMinuteAgo = now - Recent > startedAt ? now - Recent : startedAt;
        var recent = ends.TakeWhile(end => end >= aMinuteAgo).Count();
        var (count, from) = recent switch
        {
            Sample => (Sample, ends[^1]),
            >= Fewest => (recent, aMinuteAgo),
            _ when ends.Count > Fewest => (Fewest, ends[Fewest]),
            _ => (ends.Count, startedAt),
        };
        var minutes = (now - from).TotalMinutes;
        return minutes <= 0 ? null : new JobRunPace(count / minutes);
    }

    public TimeSpan? TimeFor(int items) => ItemsPerMinute > 0 ? TimeSpan.FromMinutes(items / ItemsPerMinute) : null;
}
