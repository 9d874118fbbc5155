using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Live;

namespace IntunedDashboard.Runs;

/// <summary>
/// The long poll of results: answers as soon as a Run has ended, so that clients need not ask again and again. It ends early, with
/// the state as it is, when its time is up or the server stops.
/// </summary>
public sealed class RunWait(IRunQueries queries, ILiveSignals signals, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const string Parameter = "wait";

    /// <summary>Seconds. Proxies in between often end a request that is silent for longer.</summary>
    private const int Longest = 60;

    public static ApiQuery Described { get; } =
        new(Parameter, "Seconds to wait for the end. The answer comes as soon as the status is final.") { Range = (0, Longest), Default = 0 };

    /// <exception cref="Platform.RequestException">The value is no number of seconds that is allowed.</exception>
    public static TimeSpan Read(QueryValues query)
    {
        var seconds = query.WholeNumber(Parameter, 0, 0, Longest);
        query.ThrowIfFaulty();
        return TimeSpan.FromSeconds(seconds);
    }

    /// <param name="isAskedFor">Whether the Run is of the kind that was asked for.</param>
    /// <returns>Null when the project has no such Run.</returns>
    public async Task<RunDetail?> FindAsync(
        Guid projectId, string runId, TimeSpan longest, Func<Run, bool> isAskedFor, CancellationToken cancellationToken)
    {
        if (await queries.FindRunAsync(projectId, runId, cancellationToken) is not { } run || !isAskedFor(run))
        {
            return null;
        }

        if (longest > TimeSpan.Zero && run.FinishedAt is null)
        {
            await WaitAsync(run, longest, cancellationToken);
        }

        return await queries.FindAsync(projectId, runId, cancellationToken);
    }

    private async Task WaitAsync(Run run, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, lifetime.ApplicationStopping, cancellationToken);

        // Subscribed before the first read, so that an end in between is not missed.
        using var subscription = signals.Subscribe(LiveTopics.Run(run.Id));
        try
        {
            while (await queries.FindRunAsync(run.ProjectId, run.Id, either.Token) is { FinishedAt: null })
            {
                await subscription.Reader.ReadAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is up: the caller gets the state as it is.
        }
    }
}
