namespace IntunedDashboard.Platform;

/// <summary>
/// Holds the data directory for this process. A second one would take the first one's Runs for left-overs of a crash and end them.
/// The system releases the lock when the process dies, however it dies, and child processes do not inherit it.
/// </summary>
public sealed class DataDirectoryLock(DashboardPaths paths) : IHostedLifecycleService, IDisposable
{
    private FileStream? _file;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            _file = new FileStream(Path.Combine(paths.Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new StartRefusedException($"The data directory {paths.Root} is in use by another IntunedDashboard.", taken);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _file?.Dispose();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The program cannot start here and now. The message is for the person at the console.</summary>
public sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);
