using IntunedDashboard.Platform;
using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>Advisory locks, each held by a connection of its own for as long as the work takes.</summary>
internal sealed class PostgresNamedLocks(NpgsqlConnectionStringBuilder settings) : INamedLocks
{
    /// <summary>Sets these locks apart from others in the database.</summary>
    private const int Family = 0x496E7475;

    public async Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, KeepAlive = 30 };
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1, hashtext($2))", connection)
            {
                Parameters = { new() { Value = Family }, new() { Value = name } },

                // However long the one before works.
                CommandTimeout = 0,
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
