using IntunedDashboard.Data;

namespace IntunedDashboard.Runs;

/// <summary>A Run whose end is being written.</summary>
public sealed record RunEnding(Run Run, RunStatus Status, string? ReasonType, string? Message)
{
    public RunErrorInfo? Error { get; init; }

    /// <summary>The published form; null when there are none.</summary>
    public string? ExtendedPayloadsJson { get; init; }
}

/// <summary>
/// Takes part in the transaction that ends a Run: what it writes is kept exactly when the end is kept, once, whatever dies in between.
/// Every registered one is asked for every Run.
/// </summary>
public interface IRunFollower
{
    /// <summary>Writes through the context it is given; it neither commits nor waits for anything but the database.</summary>
    /// <returns>What is to be done after the commit, or null. It may never happen: the next start must not depend on it.</returns>
    Task<Func<Task>?> EndAsync(AppDbContext db, RunEnding ending);
}
