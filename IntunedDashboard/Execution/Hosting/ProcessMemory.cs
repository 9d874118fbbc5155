using System.Globalization;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>What a process and all its children hold in memory.</summary>
internal static class ProcessMemory
{
    private const int PageBytes = 4096;

    /// <returns>Bytes; 0 where the system does not tell.</returns>
    public static long OfTree(int root)
    {
        if (root <= 0 || !OperatingSystem.IsLinux())
        {
            return 0;
        }

        var processes = new Dictionary<int, (int Parent, long Bytes)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(folder) is { } read)
            {
                processes[pid] = read;
            }
        }

        var children = processes.ToLookup(p => p.Value.Parent, p => p.Key);
        var open = new Queue<int>([root]);
        var bytes = 0L;
        while (open.TryDequeue(out var pid))
        {
            bytes += processes.GetValueOrDefault(pid).Bytes;
            foreach (var child in children[pid])
            {
                open.Enqueue(child);
            }
        }

        return bytes;
    }

    private static (int Parent, long Bytes)? Read(string folder)
    {
        try
        {
            var stat = File.ReadAllText($"{folder}/stat");
            var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            var pages = File.ReadAllText($"{folder}/statm").Split(' ');
            // Without what several of them share, which would count as often as there are processes.
            return (parent, (long.Parse(pages[1], CultureInfo.InvariantCulture) - long.Parse(pages[2], CultureInfo.InvariantCulture)) * PageBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
