namespace IntunedDashboard.Platform;

/// <summary>Where everything that must survive a restart lives. All paths are absolute; the folders exist.</summary>
public sealed class DashboardPaths
{
    public DashboardPaths(string dataDirectory)
    {
        Root = Path.GetFullPath(dataDirectory);
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

    /// <summary>One folder per running attempt; emptied at start, because what is left there was never redacted.</summary>
    public string Work => Path.Combine(Root, "work");
}
