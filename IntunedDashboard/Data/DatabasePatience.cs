using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>Outlasts short absences of the database server. SQLite has none.</summary>
public static class DatabasePatience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the server went away or did not answer, rather than refused.</summary>
    public static bool IsUnreachable(Exception? fault) => fault switch
    {
        null => false,

        // 57P: it is being shut down or started. 08: the connection.
        PostgresException refused => refused.SqlState.StartsWith("57P", StringComparison.Ordinal) || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => IsUnreachable(fault.InnerException),
    };

    /// <summary>
    /// Writes again while the server cannot be reached. The work opens its own context, and must do no harm when it is repeated after a
    /// commit whose confirmation was lost.
    /// </summary>
    /// <param name="work">Is told whether it was tried before.</param>
    public static async Task<T> WriteAsync<T>(Func<bool, Task<T>> work, TimeSpan patience, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                return await work(isAgain);
            }
            catch (Exception fault) when (IsUnreachable(fault) && clock.GetElapsedTime(started) < patience)
            {
                await Task.Delay(Pause, clock);
            }
        }
    }
}

/// <summary>
/// Repeats what is no part of a transaction when a connection of the pool turns out to be dead or the server is just starting. Within a
/// transaction whoever began it decides.
/// </summary>
internal sealed class PostgresRetries(ExecutionStrategyDependencies dependencies)
    : ExecutionStrategy(dependencies, Times, Longest)
{
    private const int Times = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>What is true here makes queries read all their rows before anybody sees the first. Executing them is repeated all the same.</summary>
    public override bool RetriesOnFailure => false;

    private bool IsInTransaction => Dependencies.CurrentContext.Context.Database.CurrentTransaction is not null;

    protected override bool ShouldRetryOn(Exception exception) => !IsInTransaction && DatabasePatience.IsUnreachable(exception);
}
