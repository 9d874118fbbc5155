using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Execution.Processes;

/// <summary>A process that cannot be confused with a later one that was given the same number.</summary>
public sealed record ProcessIdentity(int Pid, string Started)
{
    private static readonly Lazy<string> BootId = new(() =>
        File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : string.Empty);

    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId)!;

    [JsonIgnore]
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Null when there is no such process.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        var started = OperatingSystem.IsLinux() ? StartTicks(pid) : StartTime(pid);
        return started is null ? null : new ProcessIdentity(pid, started);
    }

    /// <summary>Ends the process and its descendants, never a stranger. Does not wait.</summary>
    public void Kill()
    {
        if (!IsAlive)
        {
            return;
        }

        try
        {
            using var process = Process.GetProcessById(Pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended meanwhile.
        }
    }

    private static string? StartTicks(int pid)
    {
        try
        {
            // The second field is the command in parentheses and may itself hold any character.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : $"{BootId.Value}:{fields[19]}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? StartTime(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
