using System.Text.Json;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Processes;

/// <summary>A process this node started, as a later start must find it.</summary>
public sealed record RegisteredProcess(ProcessIdentity Process, string Command, string? Folder);

/// <summary>
/// This node's own folder below the work folder: the register of its processes and a folder for each of them. Nodes may share a
/// data directory, so every folder names its owner, and only those of dead owners are swept. Safe for concurrent use.
/// </summary>
public sealed class EngineWorkspace : IDisposable
{
    private const string OwnerFile = "owner.json";
    private const string RegisterFolder = "processes";

    private static readonly TimeSpan ForeignAge = TimeSpan.FromDays(1);

    private readonly DashboardPaths _paths;
    private readonly ILogger<EngineWorkspace> _logger;
    private readonly TimeProvider _time;
    private int _folders;

    public EngineWorkspace(DashboardPaths paths, ILogger<EngineWorkspace> logger, TimeProvider time)
    {
        _paths = paths;
        _logger = logger;
        _time = time;
        Root = Path.Combine(paths.Work, $"{Environment.ProcessId}-{Ids.NewCorrelationId()}");
        Directory.CreateDirectory(Path.Combine(Root, RegisterFolder));
        Write(Path.Combine(Root, OwnerFile), new Owner(Environment.MachineName, ProcessIdentity.Current));
    }

    public string Root { get; }

    /// <summary>Survives restarts; holds nothing that came from an automation's input.</summary>
    public string CompileCache => Path.Combine(_paths.Root, "cache", "node");

    public string CreateFolder()
    {
        var folder = Path.Combine(Root, $"p{Interlocked.Increment(ref _folders)}");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    public void Register(RegisteredProcess process) => Write(RecordFile(process.Process), process);

    public void Unregister(ProcessIdentity process) => File.Delete(RecordFile(process));

    public void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Already gone.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ExecutionLog.FolderNotRemoved(_logger, e, folder);
        }
    }

    /// <summary>Ends what dead nodes left running and removes their folders, which were never redacted.</summary>
    /// <returns>How many processes were ended.</returns>
    public int Sweep()
    {
        var killed = 0;
        foreach (var folder in Directory.EnumerateDirectories(_paths.Work).Where(f => f != Root).ToArray())
        {
            var owner = Read<Owner>(Path.Combine(folder, OwnerFile));
            if (owner is not null && owner.Machine != Environment.MachineName)
            {
                // Process numbers of another machine mean nothing here; a folder of its kind is left for a day.
                if (_time.GetUtcNow() - new DateTimeOffset(Directory.GetLastWriteTimeUtc(folder)) > ForeignAge)
                {
                    DeleteFolder(folder);
                }

                continue;
            }

            if (owner?.Process.IsAlive != true)
            {
                killed += SweepFolder(folder);
            }
        }

        foreach (var file in Directory.EnumerateFiles(_paths.Work))
        {
            File.Delete(file);
        }

        if (killed > 0)
        {
            ExecutionLog.Swept(_logger, killed);
        }

        return killed;
    }

    public void Dispose() => DeleteFolder(Root);

    private int SweepFolder(string folder)
    {
        var killed = 0;
        var register = Path.Combine(folder, RegisterFolder);
        foreach (var file in Directory.Exists(register) ? Directory.GetFiles(register) : [])
        {
            if (Read<RegisteredProcess>(file) is not { } record)
            {
                continue;
            }

            if (record.Process.IsAlive)
            {
                record.Process.Kill();
                killed++;
            }

            if (record.Folder is { } profile && Path.GetFileName(profile).StartsWith("playwright", StringComparison.Ordinal))
            {
                DeleteFolder(profile);
            }
        }

        killed += Descendants.KillByFolder(folder);
        DeleteFolder(folder);
        return killed;
    }

    private string RecordFile(ProcessIdentity process) => Path.Combine(Root, RegisterFolder, $"{process.Pid}.json");

    private static void Write<T>(string file, T value)
    {
        var partial = file + ".partial";
        File.WriteAllText(partial, JsonSerializer.Serialize(value));
        File.Move(partial, file, overwrite: true);
    }

    private static T? Read<T>(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            // A record that a crash cut off names nothing.
            return default;
        }
    }

    private sealed record Owner(string Machine, ProcessIdentity Process);
}
