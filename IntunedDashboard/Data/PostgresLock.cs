using IntunedDashboard.Platform;
using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>
/// Holds the database for this process, as <see cref="DataDirectoryLock"/> holds the data directory. The server releases it when the
/// connection ends, however the process dies, but may take a moment to notice.
/// </summary>
internal sealed class PostgresLock(NpgsqlConnectionStringBuilder settings, TimeProvider clock) : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Any number that no other program in the database uses for a lock.</summary>
    private const long Key = 0x496E74756E656401;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private NpgsqlConnection? _connection;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, KeepAlive = 30 };
        _connection = new NpgsqlConnection(connection.ConnectionString);
        try
        {
            await _connection.OpenAsync(cancellationToken);
        }
        catch (NpgsqlException unreachable)
        {
            throw new StartRefusedException($"The PostgreSQL server at {settings.Host} cannot be used: {Reason(unreachable)}", unreachable);
        }

        var started = clock.GetTimestamp();
        while (!await TryAsync(cancellationToken))
        {
            if (clock.GetElapsedTime(started) > Patience)
            {
                throw new StartRefusedException($"The database {settings.Database} at {settings.Host} is in use by another IntunedDashboard.");
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", _connection) { Parameters = { new() { Value = Key } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Reason(NpgsqlException fault) => fault is PostgresException refused
        ? refused.MessageText
        : "it does not answer.";
}
