using Npgsql;

namespace IntunedDashboard.Data;

/// <summary>
/// Connections that hold an advisory lock for as long as they are open. The driver gives a sign of life now and then; the server ends a
/// connection without one, so that a process which is frozen, or a machine that is gone, does not keep its locks.
/// </summary>
internal static class LockConnection
{
    /// <summary>Several signs of life may come late before the lock is given on.</summary>
    public static readonly TimeSpan MostSilent = TimeSpan.FromSeconds(20);

    private const int SignsInTime = 6;

    /// <returns>Not opened yet. It belongs to the caller.</returns>
    public static NpgsqlConnection Create(NpgsqlConnectionStringBuilder settings, TimeSpan mostSilent)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            KeepAlive = Math.Max(1, (int)mostSilent.TotalSeconds / SignsInTime),
        };
        own.SetOnServer("idle_session_timeout", mostSilent);
        return new NpgsqlConnection(own.ConnectionString);
    }
}
