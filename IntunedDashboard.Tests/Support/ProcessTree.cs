using System.Globalization;
using IntunedDashboard.Execution.Processes;

namespace IntunedDashboard.Tests.Support;

/// <summary>What a process started, and what those started. Linux only.</summary>
public static class ProcessTree
{
    public static IReadOnlyList<ProcessIdentity> DescendantsOf(int pid)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var child) && ParentOf(child) is { } parent)
            {
                (children.TryGetValue(parent, out var list) ? list : children[parent] = []).Add(child);
            }
        }

        var found = new List<ProcessIdentity>();
        var open = new Queue<int>([pid]);
        while (open.TryDequeue(out var next))
        {
            foreach (var child in children.GetValueOrDefault(next) ?? [])
            {
                open.Enqueue(child);
                if (ProcessIdentity.Of(child) is { } identity)
                {
                    found.Add(identity);
                }
            }
        }

        return found;
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
