using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IntunedDashboard.Platform;
using Npgsql;

namespace IntunedDashboard.Tests.Support;

/// <summary>A real PostgreSQL server of this test process, started when a test first needs it and stopped with the process.</summary>
public static class PostgresServer
{
    /// <summary>The id of the process that owns the server follows.</summary>
    private const string FolderPrefix = "intuned-postgres-";

    private static readonly Lazy<Task<int>> Port = new(async () => (await StartAsync()).Port);

    /// <summary>Where its programs are, or null when it is not on this machine.</summary>
    public static string? Programs { get; } = FindPrograms();

    /// <param name="template">The name of the database that it is a copy of; null for an empty one.</param>
    /// <returns>The connection string of a new database.</returns>
    public static async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = "test_" + Ids.NewSecret(12).ToLowerInvariant();
        await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{template ?? "template1"}\"");
        return (await ConnectionAsync(name)).ConnectionString;
    }

    public static async Task DropDatabaseAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync($"DROP DATABASE IF EXISTS \"{new NpgsqlConnectionStringBuilder(connectionString).Database}\" WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection((await ConnectionAsync("postgres")).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnectionStringBuilder> ConnectionAsync(string database) => new()
    {
        Host = "127.0.0.1",
        Port = await Port.Value,
        Username = "postgres",
        Database = database,
        MaxPoolSize = 20,
    };

    /// <summary>A server for one test alone, which may stop and start it.</summary>
    public static async Task<PostgresInstance> StartAsync()
    {
        SweepForsaken();
        var folder = Path.Combine(Path.GetTempPath(), $"{FolderPrefix}{Environment.ProcessId}-{Ids.NewSecret(8)}");
        Directory.CreateDirectory(folder);
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            await RunAsync("chown", "postgres", folder);
        }

        var port = FreePort();
        var data = Path.Combine(folder, "data");
        await RunAsync([.. AsServer("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(folder, data);
        var options = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off -c max_connections=300");
        string[] start = [.. AsServer("pg_ctl"), "-D", data, "-w", "-l", Path.Combine(folder, "log"), "-o", options, "start"];
        await RunAsync(start);
        return new PostgresInstance(port, () => RunAsync([.. AsServer("pg_ctl"), "-D", data, "-m", "fast", "-w", "stop"]), () => RunAsync(start));
    }

    /// <summary>A test process that is killed, or not given the time to end properly, leaves its servers behind.</summary>
    private static void SweepForsaken()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            var owner = Path.GetFileName(folder)[FolderPrefix.Length..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}"))
            {
                try
                {
                    Stop(folder, Path.Combine(folder, "data"));
                }
                catch (IOException)
                {
                    // Another test process sweeps as well.
                }
            }
        }
    }

    private static void Stop(string folder, string data)
    {
        if (IsRunning(data))
        {
            string[] command = [.. AsServer("pg_ctl"), "-D", data, "-m", "immediate", "stop"];
            using var process = Process.Start(command[0], command[1..]);
            process.WaitForExit(TimeSpan.FromSeconds(10));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Whether the process that the server has noted is still that server: its number may belong to another one by now, which
    /// would be stopped instead.</summary>
    private static bool IsRunning(string data)
    {
        try
        {
            var pid = File.ReadLines(Path.Combine(data, "postmaster.pid")).First();
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(data, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string[] AsServer(string program) => Environment.IsPrivilegedProcess
        ? ["runuser", "-u", "postgres", "--", Path.Combine(Programs!, program)]
        : [Path.Combine(Programs!, program)];

    private static async Task RunAsync(params string[] command)
    {
        // Its output stays unread: the server inherits the pipes and would keep them open.
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = Path.GetTempPath() })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    /// <summary>Of this machine; nobody holds it for the caller.</summary>
    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string? FindPrograms()
    {
        const string Versions = "/usr/lib/postgresql";
        return OperatingSystem.IsLinux() && Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).Order(StringComparer.Ordinal).Select(v => Path.Combine(v, "bin"))
                .LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
    }
}

/// <param name="StopAsync">Every connection ends at once.</param>
public sealed record PostgresInstance(int Port, Func<Task> StopAsync, Func<Task> StartAsync)
{
    public string ConnectionString { get; } = new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Database = "postgres",
        MaxPoolSize = 40,
    }.ConnectionString;
}
