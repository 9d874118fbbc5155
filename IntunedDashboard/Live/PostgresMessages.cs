using System.Collections.Concurrent;
using System.Collections.Immutable;
using IntunedDashboard.Platform;
using Npgsql;
using NpgsqlTypes;

namespace IntunedDashboard.Live;

/// <summary>
/// LISTEN and NOTIFY. Sending never waits: what has gathered while a command was on its way goes with the next one, each message once. A
/// connection that dies is noticed within seconds, also when nobody closes it, and made again; then everybody who listens reads again.
/// </summary>
public sealed class PostgresMessages(NpgsqlConnectionStringBuilder settings, TimeProvider clock, ILogger<PostgresMessages> logger)
    : BackgroundService, INodeMessages
{
    private const string Channel = "intuned_nodes";

    /// <summary>With more than these waiting, the others are told to read everything again instead.</summary>
    private const int MostPending = 5_000;

    private const int MostAtOnce = 500;

    private const string Everything = "*";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long the listening connection may be silent before it is asked whether it lives, and how long it has to answer.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    private readonly string _sender = Ids.NewCorrelationId();
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<(Action<string> Received, Action Reread)>> _listeners = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _hasPending = new(0, 1);
    private HashSet<string> _pending = new(StringComparer.Ordinal);

    public void Send(string kind, string id)
    {
        lock (_gate)
        {
            if (_pending.Count >= MostPending)
            {
                _pending = new HashSet<string>(StringComparer.Ordinal) { $"{_sender} {Everything} " };
            }
            else
            {
                _pending.Add($"{_sender} {kind} {id}");
            }

            if (_hasPending.CurrentCount == 0)
            {
                _hasPending.Release();
            }
        }
    }

    public void Listen(string kind, Action<string> received, Action reread) =>
        _listeners.AddOrUpdate(kind, _ => [(received, reread)], (_, others) => others.Add((received, reread)));

    public override void Dispose()
    {
        base.Dispose();
        _hasPending.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await Task.WhenAll(AgainAsync(ListenAsync, stoppingToken), AgainAsync(SendAsync, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await work(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.ConnectionLost(fault.Message);
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await OpenAsync(stoppingToken);
        connection.Notification += (_, message) => Receive(message.Payload);
        await ExecuteAsync(connection, $"LISTEN {Channel}", stoppingToken);

        // Whatever was sent before is not coming any more.
        RereadAll();
        while (true)
        {
            if (!await connection.WaitAsync(Silence, stoppingToken))
            {
                using var limit = new CancellationTokenSource(Answer, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
                await ExecuteAsync(connection, "SELECT 1", either.Token);
            }
        }
    }

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        await using var connection = await OpenAsync(stoppingToken);
        await using var command = new NpgsqlCommand($"SELECT pg_notify('{Channel}', message) FROM unnest($1) AS message", connection)
        {
            Parameters = { new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } },
            CommandTimeout = (int)Silence.TotalSeconds,
        };
        while (true)
        {
            await _hasPending.WaitAsync(stoppingToken);
            string[] messages;
            lock (_gate)
            {
                messages = [.. _pending.Take(MostAtOnce)];
                _pending.ExceptWith(messages);
                ReleaseIfPending();
            }

            command.Parameters[0].Value = messages;
            try
            {
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch
            {
                lock (_gate)
                {
                    _pending.UnionWith(messages);
                    ReleaseIfPending();
                }

                throw;
            }
        }
    }

    private void ReleaseIfPending()
    {
        if (_pending.Count > 0 && _hasPending.CurrentCount == 0)
        {
            _hasPending.Release();
        }
    }

    private void Receive(string payload)
    {
        var parts = payload.Split(' ', 3);
        if (parts.Length < 3 || parts[0] == _sender)
        {
            return;
        }

        if (parts[1] == Everything)
        {
            RereadAll();
            return;
        }

        foreach (var (received, _) in _listeners.GetValueOrDefault(parts[1], []))
        {
            received(parts[2]);
        }
    }

    private void RereadAll()
    {
        foreach (var (_, reread) in _listeners.Values.SelectMany(l => l))
        {
            reread();
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // Of its own: a connection of the pool could be shared with whoever comes next.
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, Timeout = (int)Answer.TotalSeconds };
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal static partial class LiveLog
{
    [LoggerMessage(1450, LogLevel.Warning, "The connection for messages between nodes was lost and is made again: {Reason}")]
    public static partial void ConnectionLost(this ILogger logger, string reason);
}
