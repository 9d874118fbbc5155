using IntunedDashboard.Platform;
using Microsoft.Data.Sqlite;

namespace IntunedDashboard.Tests.Support;

/// <summary>A new folder below the system's temporary one, deleted with everything in it on disposal.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string purpose)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"intuned-{purpose}-{Ids.NewSecret(10)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>One that everything in this process shares, and that goes with it.</summary>
    public static TemporaryFolder ForProcess(string purpose)
    {
        var folder = new TemporaryFolder(purpose);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    }

    public void Dispose()
    {
        // Pooled connections keep database files open, which some systems do not delete.
        SqliteConnection.ClearAllPools();
        Directory.Delete(Path, recursive: true);
    }
}
