using System.Diagnostics;

namespace IntunedDashboard.Tests.Support;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The first value that satisfies the condition.</returns>
    /// <exception cref="TimeoutException">It did not within the patience; the message shows the last value.</exception>
    public static async Task<T> GetAsync<T>(Func<Task<T>> read, Func<T, bool> until, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (until(value))
            {
                return value;
            }

            if (Stopwatch.GetElapsedTime(started) > (patience ?? Patience))
            {
                throw new TimeoutException($"Still not so after {patience ?? Patience}: {value}");
            }

            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan? patience = null) =>
        GetAsync(() => Task.FromResult(condition()), value => value, patience);
}
