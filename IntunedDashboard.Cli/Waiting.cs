using System.Diagnostics;
using System.Globalization;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli;

/// <summary>Waits for something on the server and says on standard error how it goes. Ending the wait never ends the thing.</summary>
/// <param name="What">What is waited for, as a subject: <c>Run abc</c>.</param>
/// <param name="Look">The command or page that shows it again.</param>
internal sealed record Waiting(string What, string Look)
{
    /// <summary>How long the server may hold an answer back.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);

    /// <summary>How long a server that does not answer is asked again: it may be restarting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <param name="path">Of the answer that tells the state.</param>
    /// <param name="limit">Null to wait as long as it takes.</param>
    /// <exception cref="CliException">It took longer than the limit, or the person stopped waiting.</exception>
    public async Task<T> ForAsync<T>(
        DashboardClient client, string path, Func<T, string> state, Func<T, bool> isFinal, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var pause = FirstPause;
        string? shown = null;
        try
        {
            while (true)
            {
                var asked = Stopwatch.GetTimestamp();
                var value = await AskAsync<T>(client, Held(path, limit - Stopwatch.GetElapsedTime(started)), cancellationToken);
                if (state(value) != shown)
                {
                    shown = state(value);
                    Output.Note($"{What}: {shown} after {Durations.Show(Stopwatch.GetElapsedTime(started))}");
                }

                if (isFinal(value))
                {
                    return value;
                }

                if (Stopwatch.GetElapsedTime(started) > limit)
                {
                    throw new CliException($"{What} has not ended within {Durations.Show(limit.Value)} and goes on. See: {Look}");
                }

                if (Stopwatch.GetElapsedTime(asked) < FirstPause)
                {
                    await Task.Delay(pause, cancellationToken);
                    pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"Stopped waiting. {What} goes on. See: {Look}");
        }
    }

    private static string Held(string path, TimeSpan? left)
    {
        var seconds = Math.Max(0, Math.Min(LongPoll.TotalSeconds, (left ?? LongPoll).TotalSeconds));
        return Address.WithQuery(path, ("wait", ((int)seconds).ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<T> AskAsync<T>(DashboardClient client, string path, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var isNoted = false;
        while (true)
        {
            try
            {
                return await client.GetAsync<T>(path, cancellationToken);
            }
            catch (ServerException fault) when (fault.IsPassing && Stopwatch.GetElapsedTime(started) < Patience)
            {
                if (!isNoted)
                {
                    Output.Note($"{fault.Message} Trying again.");
                    isNoted = true;
                }

                await Task.Delay(LongestPause, cancellationToken);
            }
        }
    }
}
