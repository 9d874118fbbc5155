using System.Diagnostics;
using System.Text.Json;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntunedDashboard.Tests.Execution;

/// <summary>What a killed node leaves is gone at the latest when the next one has started.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder _data = new("sweep");

    [Fact]
    public void Processes_and_folders_of_a_dead_node_are_swept()
    {
        using var left = Process.Start("sleep", "600");
        using var alsoLeft = Process.Start(new ProcessStartInfo("sleep", "600") { Environment = { ["TMPDIR"] = Path.Combine(DeadFolder, "p1", "a1") } })!;
        LeaveBehind(DeadFolder, new ProcessIdentity(int.MaxValue - 1, "long ago"), ProcessIdentity.Of(left.Id)!);

        using var workspace = Open();
        workspace.Sweep();

        Assert.True(left.WaitForExit(10_000));
        Assert.True(alsoLeft.WaitForExit(10_000));
        Assert.False(Directory.Exists(DeadFolder));
        Assert.True(Directory.Exists(workspace.Root));
    }

    [Fact]
    public void A_process_that_was_given_the_number_of_a_dead_one_is_left_alone()
    {
        using var stranger = Process.Start("sleep", "600");
        try
        {
            LeaveBehind(DeadFolder, new ProcessIdentity(int.MaxValue - 1, "long ago"), new ProcessIdentity(stranger.Id, "another time"));

            using var workspace = Open();
            workspace.Sweep();

            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public void A_node_that_lives_on_the_same_data_keeps_its_processes()
    {
        using var busy = Process.Start("sleep", "600");
        try
        {
            LeaveBehind(DeadFolder, ProcessIdentity.Current, ProcessIdentity.Of(busy.Id)!);

            using var workspace = Open();
            workspace.Sweep();

            Assert.False(busy.HasExited);
            Assert.True(Directory.Exists(DeadFolder));
        }
        finally
        {
            busy.Kill();
        }
    }

    [Fact]
    public async Task After_a_SIGKILL_of_the_server_no_browser_and_no_runner_stays()
    {
        await using var server = await DashboardProcess.StartAsync(_data.Path);
        var register = await Eventually.GetAsync(
            () => Task.FromResult(Registered()), r => r.Any(p => p.Command == "runner") && r.Any(p => p.Command != "runner"), TimeSpan.FromSeconds(60));

        await server.KillAsync();

        foreach (var process in register)
        {
            await Eventually.TrueAsync(() => !process.Process.IsAlive);
        }

        using var next = Open();
        next.Sweep();
        Assert.Equal([next.Root], Directory.EnumerateDirectories(Path.Combine(_data.Path, "work")));
        Assert.DoesNotContain(register, p => p.Command != "runner" && Directory.Exists(p.Folder));
    }

    public void Dispose() => _data.Dispose();

    private string DeadFolder => Path.Combine(_data.Path, "work", "dead");

    private EngineWorkspace Open() =>
        new(new DashboardPaths(_data.Path), NullLogger<EngineWorkspace>.Instance, TimeProvider.System);

    private List<RegisteredProcess> Registered()
    {
        var work = Path.Combine(_data.Path, "work");
        return Directory.Exists(work)
            ? [.. Directory.EnumerateFiles(work, "*.json", SearchOption.AllDirectories).Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "processes")
                .Select(f => JsonSerializer.Deserialize<RegisteredProcess>(File.ReadAllText(f))!)]
            : [];
    }

    private static void LeaveBehind(string folder, ProcessIdentity owner, ProcessIdentity process)
    {
        Directory.CreateDirectory(Path.Combine(folder, "processes"));
        File.WriteAllText(Path.Combine(folder, "owner.json"), JsonSerializer.Serialize(new { Machine = Environment.MachineName, Process = owner }));
        File.WriteAllText(Path.Combine(folder, "processes", $"{process.Pid}.json"), JsonSerializer.Serialize(new RegisteredProcess(process, "runner", null)));
    }
}
