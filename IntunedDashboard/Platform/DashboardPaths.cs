namespace IntunedDashboard.Platform;

/// <summary>Where everything that must survive a restart lives. All paths are absolute; the folders exist.</summary>
public sealed class DashboardPaths
{
    /// <param name="workDirectory">Null: in the data directory.</param>
    public DashboardPaths(string dataDirectory, string? workDirectory = null)
    {
        Root = Path.GetFullPath(dataDirectory);
        Work = workDirectory is null ? Path.Combine(Root, "work") : Path.GetFullPath(workDirectory);
        foreach (var directory in new[] { Root, Artifacts, Projects, Keys, Work })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                // It holds the keys that decrypt what it holds: for nobody else on this machine.
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    public string Root { get; }

    public string Database => Path.Combine(Root, "dashboard.db");

    public string SchedulerDatabase => Path.Combine(Root, "scheduler.db");

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string Projects => Path.Combine(Root, "projects");

    public string Keys => Path.Combine(Root, "keys");

    /// <summary>One folder for each node, with one for each running attempt; what dead nodes left there was never redacted and is removed by
    /// the next start. Nodes with a data directory on the network have it on a disk of their own.</summary>
    public string Work { get; }
}
