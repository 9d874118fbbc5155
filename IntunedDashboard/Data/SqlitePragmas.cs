using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace IntunedDashboard.Data;

/// <summary>
/// What SQLite forgets with every connection. With a write-ahead log, NORMAL loses nothing when the process dies. A connection of the pool
/// is opened for almost every statement and forgets nothing meanwhile, so it is told once.
/// </summary>
public sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = NORMAL;";

    private readonly ConditionalWeakTable<sqlite3, object> _told = [];

    private SqlitePragmas()
    {
    }

    public static SqlitePragmas Instance { get; } = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Tell(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(connection);
        return Task.CompletedTask;
    }

    /// <summary>Not asynchronous: SQLite is not either, and these touch no file.</summary>
    private void Tell(DbConnection connection)
    {
        if (((SqliteConnection)connection).Handle is { } handle && _told.TryAdd(handle, handle))
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }
    }
}
