using System.Globalization;
using System.Text;

namespace IntunedDashboard.Execution.Processes;

/// <summary>
/// Finds what an automation started and let go of, so that it is no longer in the process tree: every descendant inherits the folder
/// for temporary files. Only where the system shows the environment of processes.
/// </summary>
internal static class Descendants
{
    /// <returns>How many processes were ended.</returns>
    public static int KillByFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var marker = Encoding.UTF8.GetBytes($"TMPDIR={folder}");
        var killed = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                || pid == Environment.ProcessId || ProcessIdentity.Of(pid) is not { } process || !HasMarker(directory, marker))
            {
                continue;
            }

            process.Kill();
            killed++;
        }

        return killed;
    }

    private static bool HasMarker(string directory, byte[] marker)
    {
        try
        {
            var environment = File.ReadAllBytes(Path.Combine(directory, "environ")).AsSpan();
            while (!environment.IsEmpty)
            {
                var end = environment.IndexOf((byte)0);
                var entry = end < 0 ? environment : environment[..end];
                if (entry.StartsWith(marker) && (entry.Length == marker.Length || entry[marker.Length] == (byte)'/'))
                {
                    return true;
                }

                environment = end < 0 ? [] : environment[(end + 1)..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
        }

        return false;
    }
}
