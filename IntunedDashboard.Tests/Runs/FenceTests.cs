using IntunedDashboard.Data;
using IntunedDashboard.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Whoever was taken for dead and wakes up again writes nothing any more.</summary>
public sealed class FenceTests
{
    [DataFact]
    public async Task An_executor_that_was_taken_over_changes_nothing_and_ends_its_attempt()
    {
        var gate = new TaskCompletionSource();
        await using var host = await FlowHost.StartAsync(authSessions: false);
        var store = host.App.Services.GetRequiredService<RunStore>();
        host.Engine.Api = async (_, _) =>
        {
            await gate.Task;
            return await ScriptedEngine.Succeed("""{"from":"the past"}""");
        };
        var id = await host.StartRunAsync();
        await Eventually.TrueAsync(() => host.Engine.Requests.Count == 1);

        var run = await ReadAsync(host, id);
        Assert.True(await store.AdoptAsync(run, default));
        gate.SetResult();
        await Eventually.TrueAsync(() => host.App.Log.Contains("is executed by somebody else by now", StringComparison.Ordinal));

        var after = await ReadAsync(host, id);
        Assert.Equal((RunStatus.Started, run.ClaimToken, 1), (after.Status, after.ClaimToken, after.AttemptCount));
        Assert.Null(Assert.Single(await store.GetAttemptsAsync(id, default)).FinishedAt);

        await store.CloseAttemptsAsync(run, "The server stopped while this was running.");
        await store.ReleaseAsync(run);
        await Assert.ThrowsAsync<ClaimLostException>(() => store.CompleteAsync(run));
        Assert.Equal(RunStatus.Started, (await ReadAsync(host, id)).Status);
    }

    [DataFact]
    public async Task Of_two_that_take_over_one_wins()
    {
        var gate = new TaskCompletionSource();
        await using var host = await FlowHost.StartAsync(authSessions: false);
        host.Engine.Api = async (_, _) =>
        {
            await gate.Task;
            return await ScriptedEngine.Succeed();
        };
        var store = host.App.Services.GetRequiredService<RunStore>();
        var id = await host.StartRunAsync();
        await Eventually.TrueAsync(() => host.Engine.Requests.Count == 1);
        var (first, second) = (await ReadAsync(host, id), await ReadAsync(host, id));

        Assert.True(await store.AdoptAsync(first, default));
        Assert.False(await store.AdoptAsync(second, default));
        await Assert.ThrowsAsync<ClaimLostException>(() => store.FailAsync(second, RunErrors.Of(RunErrorCodes.InternalServerError, "Too late.")));
        await store.CloseAttemptsAsync(first, "Taken over.");
        await store.CancelAsync(first, RunReasons.CanceledByUser, "Done.");
        gate.SetResult();
        Assert.Equal("canceled", (await host.EndAsync(id))["status"]!.GetValue<string>());
    }

    private static async Task<Run> ReadAsync(FlowHost host, string id)
    {
        await using var db = await host.App.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        return await db.Set<Run>().AsNoTracking().FirstAsync(r => r.Id == id);
    }
}
