using System.Diagnostics;
using System.Net;
using IntunedDashboard.Tests.Support;
using Npgsql;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>What the help says about backups, done: another installation is made of the copy and goes on with its logins and traces.</summary>
public sealed class BackupTests
{
    [LinuxFact]
    public async Task A_copy_of_the_data_directory_is_the_whole_installation()
    {
        using var data = new TemporaryFolder("backup");
        using var other = new TemporaryFolder("restored");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync();
        await dashboard.LogInAsync("kept");
        var run = SampleDashboard.Text(await dashboard.EndAsync(await dashboard.StartRunAsync("kept")), "runId");
        await dashboard.Process.StopAsync();
        await DoAsync("cp", "-a", $"{data.Path}/.", other.Path);
        await DoAsync("rm", "-r", Path.Combine(data.Path, "keys"), Path.Combine(data.Path, "artifacts"), Path.Combine(data.Path, "dashboard.db"));

        await using var restored = dashboard.ForSameData(other.Path);
        await restored.StartAsync();
        await CheckAsync(restored, run);
    }

    [PostgresFact]
    public async Task A_dump_taken_while_a_Run_goes_on_and_the_files_are_the_whole_installation()
    {
        var (source, target) = (await PostgresServer.CreateDatabaseAsync(), await PostgresServer.CreateDatabaseAsync());
        using var data = new TemporaryFolder("backup");
        using var other = new TemporaryFolder("restored");
        await using var dashboard = new SampleDashboard(data.Path);
        await dashboard.StartAsync("--Database:Provider=Postgres", $"--Database:ConnectionString={source}");
        await dashboard.LogInAsync("kept");
        var run = SampleDashboard.Text(await dashboard.EndAsync(await dashboard.StartRunAsync("kept")), "runId");
        await dashboard.ControlAsync("slow?ms=20000");
        var going = await dashboard.StartRunAsync("kept");
        await Eventually.GetAsync(() => dashboard.GetAsync($"runs/{going}"), r => SampleDashboard.Text(r, "status") == "started");

        var dump = Path.Combine(other.Path, "database.dump");
        await DoAsync(Path.Combine(PostgresServer.Programs!, "pg_dump"), "--format=custom", $"--file={dump}", $"--dbname={UriOf(source)}");
        await DoAsync("cp", "-a", $"{data.Path}/.", other.Path);
        await dashboard.Process.KillAsync();
        await DoAsync(Path.Combine(PostgresServer.Programs!, "pg_restore"), "--exit-on-error", $"--dbname={UriOf(target)}", dump);

        await using var restored = dashboard.ForSameData(other.Path);
        await restored.StartAsync("--Database:Provider=Postgres", $"--Database:ConnectionString={target}");
        var ended = await restored.EndAsync(going);
        Assert.All(ended["attempts"]!.AsArray(), a => Assert.NotNull(a!["finishedAt"]));
        await CheckAsync(restored, run);
    }

    /// <summary>Accounts and keys work, the login is used without another one, and a trace from before opens.</summary>
    private static async Task CheckAsync(SampleDashboard restored, string runOfBefore)
    {
        using var client = new HttpClient { BaseAddress = new Uri(restored.Process.BaseUrl) };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);

        // The site has forgotten its visitors with the process; the credentials open again.
        var after = await restored.EndAsync(await restored.StartRunAsync("kept"));
        Assert.True(SampleDashboard.Text(after, "status") == "completed", after.ToJsonString());
        using var trace = await restored.Client.GetAsync($"sample-hr/runs/{runOfBefore}/attempts/1/trace");
        Assert.Equal(HttpStatusCode.OK, trace.StatusCode);
        Assert.StartsWith("PK", await trace.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string UriOf(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{connection.Username}@{connection.Host}:{connection.Port}/{connection.Database}";
    }

    private static async Task DoAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }
}
