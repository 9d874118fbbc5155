namespace IntunedDashboard.Platform;

/// <summary>Lets one node at a time do something that has a name. Within one node it orders nothing. Safe for concurrent use.</summary>
public interface INamedLocks
{
    /// <summary>Waits for its turn. Dispose to give it on; it is given on as well when the node dies.</summary>
    Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken);
}

/// <summary>For the one node of an installation.</summary>
public sealed class NoNamedLocks : INamedLocks, IAsyncDisposable
{
    public Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
