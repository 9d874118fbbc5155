using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Recorder;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// Logins by hand, one and four at once: from a key to the picture that shows it, processor and memory of the server with all its
/// browsers, idle and typing. A viewer is the connection behind a page, so drawing is not in the times.
/// </summary>
public static class RecorderBenchmark
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(int keys)
    {
        await using var site = await TwoStepSite.StartAsync();
        using var data = new TemporaryFolder("recorder-benchmark");
        using var folder = new TemporaryFolder("by-hand");
        RecorderHost.Archive(site.Url).With("Intuned.jsonc", $$"""
            { "version": "2.0", "authSessions": { "enabled": true, "type": "MANUAL", "startUrl": "{{site.Url}}/notes" } }
            """).WriteTo(folder.Path);
        var (workspace, key) = (Guid.NewGuid(), "ik_" + Ids.NewSecret(40));
        await using var dashboard = await DashboardProcess.StartAsync(
            data.Path, "--Network:AllowPrivateTargets=true", "--Bootstrap:AdminEmail=admin@example.test", $"--Bootstrap:AdminPassword={AppHost.Password}",
            $"--Bootstrap:WorkspaceId={workspace}", $"--Bootstrap:ApiKey={key}", $"--Projects:Folders:by-hand={folder.Path}", "--Recorder:TimeLimit=01:00:00");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        var project = $"{dashboard.BaseUrl}/api/v1/workspace/{workspace}/projects/by-hand";
        await Eventually.GetAsync(() => StatusAsync(client, project), status => status == "deployed", TimeSpan.FromSeconds(120));

        await Task.Delay(Window);
        Report("without a login", 0, without: 0, dashboard.ProcessId, await ProcessorAsync(dashboard.ProcessId, () => Task.Delay(Window)), []);
        var without = Memory(dashboard.ProcessId);
        var viewers = new List<ViewerSocket>();
        foreach (var count in new[] { 1, 4 })
        {
            while (viewers.Count < count)
            {
                var viewer = await ViewerSocket.OpenAsync(client, $"{project}/auth-sessions", $"viewer-{viewers.Count}");
                viewers.Add(viewer);
                await viewer.UntilAsync("/notes");
                await viewer.SendAsync(new { t = "size", w = 1280, h = 800, s = 1.0, touch = false });
                await viewer.QuietAsync(TimeSpan.FromSeconds(3));
            }

            Report($"{count} idle", count, without, dashboard.ProcessId, await ProcessorAsync(dashboard.ProcessId, () => Task.Delay(Window)), []);
            var times = new List<double>();
            var used = await ProcessorAsync(dashboard.ProcessId, () => Task.WhenAll(viewers.Select(v => TypeAsync(v, keys, times))));
            Report($"{count} typing", count, without, dashboard.ProcessId, used, times);
            Console.WriteLine($"  a picture has {viewers[0].PictureBytes / 1024} KiB");
        }

        viewers.ForEach(v => v.Dispose());
    }

    private static async Task<string?> StatusAsync(HttpClient client, string project)
    {
        var projects = await client.GetFromJsonAsync<JsonArray>(project[..project.LastIndexOf('/')]);
        return projects!.Where(p => ProjectDriver.Text(p!, "name") == RecorderHost.ProjectName).Select(p => ProjectDriver.Text(p!, "status")).FirstOrDefault();
    }

    /// <summary>Ten keys a second, each waited for.</summary>
    private static async Task TypeAsync(ViewerSocket viewer, int keys, List<double> times)
    {
        for (var i = 0; i < keys; i++)
        {
            await viewer.QuietAsync(TimeSpan.FromMilliseconds(80));
            var letter = ((char)('a' + (i % 26))).ToString();
            var started = Stopwatch.GetTimestamp();
            await viewer.SendAsync(new { t = "keydown", key = letter, code = "Key" + letter.ToUpperInvariant(), vk = letter.ToUpperInvariant()[0], text = letter });
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await viewer.PictureAsync(patience.Token);
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await viewer.SendAsync(new { t = "keyup", key = letter, code = "Key" + letter.ToUpperInvariant(), vk = letter.ToUpperInvariant()[0] });
            lock (times)
            {
                times.Add(took);
            }
        }
    }

    /// <returns>Percent of one processor, of the server with everything it started.</returns>
    private static async Task<double> ProcessorAsync(int root, Func<Task> work)
    {
        var (before, started) = (Ticks(root), Stopwatch.GetTimestamp());
        await work();
        const double TicksPerSecond = 100;
        return (Ticks(root) - before) / TicksPerSecond / Stopwatch.GetElapsedTime(started).TotalSeconds * 100;
    }

    private static long Ticks(int root) => ProcessTree.DescendantsOf(root).Select(p => p.Pid).Prepend(root).Sum(pid =>
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    });

    /// <summary>MiB of the server with everything it started.</summary>
    private static long Memory(int root) => ProcessMemory.OfTree(root) / (1024 * 1024);

    /// <param name="without">Memory before the first login.</param>
    private static void Report(string what, int sessions, long without, int root, double processor, List<double> times)
    {
        var memory = Memory(root);
        var line = string.Create(CultureInfo.InvariantCulture, $"{what}: {processor:0.0} % of a processor, {memory} MiB");
        if (sessions > 0)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", {(memory - without) / sessions} MiB for each login");
        }

        if (times.Count > 0)
        {
            times.Sort();
            line += string.Create(CultureInfo.InvariantCulture, $", key to picture median {times[times.Count / 2]:0} ms, p95 {times[(int)(times.Count * 0.95)]:0} ms");
        }

        Console.WriteLine(line);
    }
}
