using IntunedDashboard.Platform;
using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>
/// Lets one node at a time start: migrations, the first account, the first encryption key and what dead nodes left are seen to by one of
/// them, and the next finds them done. The server gives the turn on when the connection ends, however the process dies, or when it is frozen.
/// </summary>
internal sealed class StartingTurn(NpgsqlConnectionStringBuilder settings, TimeProvider clock) : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Any number that no other program in the database uses for a lock.</summary>
    private const long Key = 0x496E74756E656401;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private NpgsqlConnection? _connection;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _connection = LockConnection.Create(settings, LockConnection.MostSilent);
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
                throw new StartRefusedException(
                    $"Another node has been starting on the database {settings.Database} at {settings.Host} for more than {Patience.TotalMinutes:0} minutes. Stop it, then start this one again.");
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", _connection);
            await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException)
        {
            throw new StartRefusedException(
                $"The PostgreSQL server at {settings.Host} ended the connection during this start, so another node may have been starting beside it. Start it again.", lost);
        }

        await DisposeAsync();
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
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
