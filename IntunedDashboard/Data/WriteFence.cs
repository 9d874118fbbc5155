using Microsoft.EntityFrameworkCore.Storage;

namespace IntunedDashboard.Data;

/// <summary>
/// The first statement in the transaction of everything that is written on behalf of a Run: it makes sure that whoever writes still holds
/// the Run, and keeps it from being taken over before the transaction ends.
/// </summary>
/// <exception cref="ClaimLostException">Somebody else has taken the Run over, or it is gone.</exception>
public delegate Task WriteFence(AppDbContext db);

/// <summary>Whoever executes a Run does not hold it any more: it writes nothing further and ends what it started.</summary>
public sealed class ClaimLostException(string runId) : Exception($"Run {runId} is held by somebody else by now, or is gone.")
{
    public string RunId { get; } = runId;
}

/// <summary>A transaction behind a fence, or none at all where nobody could have been taken over.</summary>
public sealed class FencedWrite(IDbContextTransaction? transaction) : IAsyncDisposable
{
    public Task CommitAsync(CancellationToken cancellationToken) => transaction?.CommitAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => transaction?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public static class FencedWrites
{
    /// <summary>Without a fence each statement is on its own, as without this call.</summary>
    public static async Task<FencedWrite> BeginFencedAsync(this AppDbContext db, WriteFence? fence, CancellationToken cancellationToken) =>
        new(fence is null ? null : await db.BeginWriteAsync(fence, cancellationToken));

    /// <summary>A transaction in any case, for statements that belong together; with a fence it begins behind that.</summary>
    public static async Task<IDbContextTransaction> BeginWriteAsync(this AppDbContext db, WriteFence? fence, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            await (fence?.Invoke(db) ?? Task.CompletedTask);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }
}
