using IntunedDashboard.Data;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace IntunedDashboard.Tests.Data;

/// <summary>The built program on a real PostgreSQL server: the way of a login and a Run, and what only this database refuses.</summary>
public sealed class PostgresTests
{
    [PostgresFact]
    public async Task A_login_and_a_Run_survive_a_kill_on_PostgreSQL()
    {
        using var data = new TemporaryFolder("postgres");
        var connection = await PostgresServer.CreateDatabaseAsync();
        string[] settings = ["--Database:Provider=Postgres", $"--Database:ConnectionString={connection}"];
        await using (var dashboard = new SampleDashboard(data.Path))
        {
            await dashboard.StartAsync(settings);
            Assert.DoesNotContain("fail:", dashboard.Process.Output, StringComparison.Ordinal);
            await dashboard.LogInAsync("postgres-user");
            var first = await dashboard.EndAsync(await dashboard.StartRunAsync("postgres-user"));
            Assert.Equal("completed", SampleDashboard.Text(first, "status"));

            await dashboard.ControlAsync("slow?ms=300");
            var interrupted = await dashboard.StartRunAsync("postgres-user");
            await Eventually.GetAsync(() => dashboard.GetAsync($"runs/{interrupted}"), run => SampleDashboard.Text(run, "status") == "started");
            await dashboard.Process.KillAsync();
            await dashboard.StartAsync(settings);
            Assert.Equal("completed", SampleDashboard.Text(await dashboard.EndAsync(interrupted), "status"));
            Assert.False((await dashboard.GetAsync("auth-sessions/postgres-user/details")).ContainsKey("lockedBy"));
            Assert.Equal(2, (await dashboard.GetAsync("runs?type=API"))["runs"]!.AsArray().Count);
            Assert.False(File.Exists(Path.Combine(data.Path, "dashboard.db")));
            Assert.False(File.Exists(Path.Combine(data.Path, "scheduler.db")));
        }

        await PostgresServer.DropDatabaseAsync(connection);
    }

    [PostgresFact]
    public async Task A_node_that_is_frozen_within_a_transaction_does_not_keep_its_locks()
    {
        const string Lock = "SELECT pg_advisory_xact_lock(4711)";
        var connection = await PostgresServer.CreateDatabaseAsync();
        await using (var host = await AppHost.StartAsync(new Dictionary<string, string> { ["Database:Provider"] = "Postgres", ["Database:ConnectionString"] = connection }))
        {
            var contexts = host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
            await using var frozen = await contexts.CreateDbContextAsync();
            await using var ofFrozen = await frozen.Database.BeginTransactionAsync();
            await frozen.Database.ExecuteSqlRawAsync(Lock);

            await using var heir = await contexts.CreateDbContextAsync();
            await using var ofHeir = await heir.Database.BeginTransactionAsync();
            await heir.Database.ExecuteSqlRawAsync(Lock);

            await Assert.ThrowsAnyAsync<Exception>(() => ofFrozen.CommitAsync());
        }

        await PostgresServer.DropDatabaseAsync(connection);
    }

    [PostgresFact]
    public async Task A_frozen_process_loses_its_named_locks_and_one_that_works_keeps_them()
    {
        const string Prefix = "project:";
        var mostSilent = TimeSpan.FromSeconds(6);
        var settings = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        var locks = new PostgresNamedLocks(settings, mostSilent);
        var working = await locks.TakeAsync(Prefix + "working", default);
        var waitsForWorking = locks.TakeAsync(Prefix + "working", default);

        // Without its signs of life a connection is what a frozen process has.
        await using (var like = LockConnection.Create(settings, mostSilent))
        await using (var frozen = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(like.ConnectionString) { KeepAlive = 0 }.ConnectionString))
        {
            await frozen.OpenAsync();
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({PostgresNamedLocks.Family}, hashtext('{Prefix}frozen'))", frozen);
            await command.ExecuteNonQueryAsync();
            await using var heir = await locks.TakeAsync(Prefix + "frozen", default);
            await Assert.ThrowsAnyAsync<Exception>(() => command.ExecuteNonQueryAsync());
        }

        Assert.False(waitsForWorking.IsCompleted);
        await working.DisposeAsync();
        await using (await waitsForWorking)
        {
        }

        await PostgresServer.DropDatabaseAsync(settings.ConnectionString);
    }

    [PostgresFact]
    public async Task A_node_that_cannot_read_what_the_others_encrypt_refuses_to_start()
    {
        using var data = new TemporaryFolder("postgres-keys");
        var connection = await PostgresServer.CreateDatabaseAsync();
        string[] settings = ["--Database:Provider=Postgres", $"--Database:ConnectionString={connection}", $"--Dashboard:DataDirectory={data.Path}"];
        await using (var first = await DashboardProcess.StartAsync(data.Path, settings))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(data.Path, "keys")));
        await using (var database = new NpgsqlConnection(connection))
        {
            await database.OpenAsync();
            await using var command = new NpgsqlCommand("DELETE FROM \"EncryptionKeys\" WHERE \"Name\" <> 'check'", database);
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var (exitCode, output) = await DashboardProcess.RunAsync([.. settings, "--urls=http://127.0.0.1:0"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("cannot read what the installation has encrypted", output, StringComparison.Ordinal);
        await PostgresServer.DropDatabaseAsync(connection);
    }

    [DataFact]
    public async Task A_Run_ends_although_its_error_has_the_character_that_PostgreSQL_cannot_hold()
    {
        await using var host = await FlowHost.StartAsync(authSessions: false);
        host.Engine.Api = (_, _) => ScriptedEngine.Throw("before\0after");
        var run = await host.EndAsync(await host.StartRunAsync(attempts: 1));

        Assert.Equal("failed", run["status"]!.GetValue<string>());
        var message = run["attempts"]![0]!["error"]!["message"]!.GetValue<string>();
        Assert.StartsWith("before", message, StringComparison.Ordinal);
        Assert.EndsWith("after", message, StringComparison.Ordinal);
    }
}
