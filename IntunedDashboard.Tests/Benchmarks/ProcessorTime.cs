using System.Globalization;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>Seconds of processor time since the start, as the kernel counts them. Linux only.</summary>
internal static class ProcessorTime
{
    /// <summary>Of the kernel's clock in <c>/proc</c>.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Of the whole machine: everything but idling and waiting for disks.</summary>
    public static double OfMachine()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(Number).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }

    /// <param name="withEnded">With that of its children that have ended.</param>
    public static double Of(int pid, bool withEnded = false) => StatOf(pid)[11..(withEnded ? 15 : 13)].Sum(Number) / TicksPerSecond;

    public static int ParentOf(int pid) => (int)Number(StatOf(pid)[1]);

    /// <summary>What stands behind the name: state, parent, ..., and from the eleventh on the ticks of itself and of its ended children.</summary>
    private static string[] StatOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
