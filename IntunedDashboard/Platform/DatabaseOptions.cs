namespace IntunedDashboard.Platform;

public enum DatabaseProvider
{
    /// <summary>A file in the data directory: one node.</summary>
    Sqlite,

    Postgres,
}

/// <summary><c>Database:*</c>: where everything is kept that is not a file.</summary>
public sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; }

    public static DatabaseOptions Of(IConfiguration configuration) => configuration.GetSection("Database").Get<DatabaseOptions>() ?? new DatabaseOptions();

    /// <summary>For SQLite it may be empty: then it is <c>dashboard.db</c> in the data directory. May hold a password.</summary>
    public string? ConnectionString { get; set; }
}
