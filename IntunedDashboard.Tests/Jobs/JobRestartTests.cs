using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs;

public sealed class JobRestartTests
{
    [DataFact]
    public async Task A_JobRun_goes_on_after_a_restart_without_losing_or_repeating_an_item()
    {
        await using var host = await FlowHost.StartAsync(authSessions: false, new Dictionary<string, string>
        {
            ["Node:BrowserSlots"] = "3",
            ["Node:DrainTimeout"] = "00:00:00",
        });
        var through = new Gate(host.Engine, after: 5);
        await host.CreateJobAsync(Job("lasting", 12, attempts: 3));
        var id = await host.TriggerAsync("lasting");
        await Eventually.TrueAsync(() => host.Engine.Count(FunctionKind.Api) == 8);
        await host.RestartAsync();
        through.Open();
        var jobRun = await host.JobRunAsync("lasting", id, "SUCCESS");

        Assert.Equal((12, 12, 0), Counts(jobRun));
        var runs = await host.RunsOfAsync(id);
        Assert.Equal(12, runs.Count);
        Assert.All(runs, run => Assert.Equal("completed", Text(run, "status")));
        Assert.Equal(3, runs.Count(run => run["attempts"]!.GetValue<int>() == 2));
    }

    [DataFact]
    public async Task A_paused_JobRun_is_still_paused_after_a_restart()
    {
        await using var host = await FlowHost.StartAsync(authSessions: false);
        using var gate = new Gate(host.Engine);
        await host.CreateJobAsync(Job("waiting", 3, atOnce: 1));
        var id = await host.TriggerAsync("waiting");
        await Eventually.TrueAsync(() => host.Engine.Count(FunctionKind.Api) == 1);
        await host.SendAsync(HttpMethod.Post, $"/jobs/waiting/runs/{id}/pause");
        gate.Open();
        await host.JobRunAsync("waiting", id, "PAUSED");
        await host.RestartAsync();
        Assert.Equal("PAUSED", Text(await host.JobRunAsync("waiting", id), "status"));
        await host.SendAsync(HttpMethod.Post, $"/jobs/waiting/runs/{id}/resume");
        Assert.Equal((3, 3, 0), Counts(await host.JobRunAsync("waiting", id, "SUCCESS")));
    }
}
