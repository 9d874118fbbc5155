using IntunedDashboard.Platform;
using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>Advisory locks, each held by a connection of its own for as long as the work takes.</summary>
/// <param name="mostSilent">A process that says nothing to the server for this long loses its locks.</param>
internal sealed class PostgresNamedLocks(NpgsqlConnectionStringBuilder settings, TimeSpan mostSilent) : INamedLocks
{
    /// <summary>Sets these locks apart from others in the database.</summary>
    internal const int Family = 0x496E7475;

    public async Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var connection = LockConnection.Create(settings, mostSilent);
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
