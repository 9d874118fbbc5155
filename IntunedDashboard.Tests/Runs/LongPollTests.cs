using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntunedDashboard.Tests.Runs;

public sealed class LongPollTests
{
    [Fact]
    public async Task A_result_that_is_waited_for_comes_when_the_run_ends()
    {
        await using var flow = await FlowHost.StartAsync(authSessions: false);
        using var gate = new SemaphoreSlim(0);
        flow.Engine.Api = async (_, token) =>
        {
            await gate.WaitAsync(token);
            return await ScriptedEngine.Succeed("""{"ok":true}""");
        };
        var run = await flow.StartRunAsync();
        var waiting = Enumerable.Range(0, 5).Select(_ => flow.GetAsync($"/run/{run}/result?wait=60")).ToList();
        await Eventually.GetAsync(() => flow.GetAsync($"/run/{run}/result"), r => r["status"]!.GetValue<string>() == "started");
        Assert.DoesNotContain(waiting, w => w.IsCompleted);

        gate.Release();
        Assert.All(await Task.WhenAll(waiting), r => Assert.Equal("completed", r["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_operation_is_waited_for_and_one_that_is_unknown_is_not()
    {
        await using var flow = await FlowHost.StartAsync();
        var body = new JsonObject { ["id"] = "waited", ["parameters"] = new JsonObject { ["username"] = "a" } };
        var started = await flow.SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created);
        var result = await flow.GetAsync($"/auth-sessions/create/{started["operationId"]}/result?wait=60");
        Assert.Equal("done", result["status"]!.GetValue<string>());

        await flow.SendAsync(HttpMethod.Get, $"/auth-sessions/waited/validate/{started["operationId"]}/result?wait=60", expected: HttpStatusCode.NotFound);
        await flow.SendAsync(HttpMethod.Get, "/run/unknown/result?wait=60", expected: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_run_that_goes_on_is_answered_when_the_time_is_up_and_when_the_server_stops()
    {
        await using var flow = await FlowHost.StartAsync(authSessions: false);
        flow.Engine.Api = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return await ScriptedEngine.Succeed();
        };
        var run = await flow.StartRunAsync();
        await Eventually.GetAsync(() => flow.GetAsync($"/run/{run}/result"), r => r["status"]!.GetValue<string>() == "started");
        Assert.Equal("started", (await flow.GetAsync($"/run/{run}/result?wait=1"))["status"]!.GetValue<string>());

        var waiting = flow.GetAsync($"/run/{run}/result?wait=60");
        flow.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal(run, (await waiting)["runId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_hundred_clients_poll_at_once_without_an_error()
    {
        await using var flow = await FlowHost.StartAsync(authSessions: false);
        using var gate = new SemaphoreSlim(0);
        flow.Engine.Api = async (_, token) =>
        {
            await gate.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var run = await flow.StartRunAsync();
        using var client = flow.App.CreateApiClient(flow.App.ApiKey);
        var polled = 0;
        var pollers = Enumerable.Range(0, 200).Select(async _ =>
        {
            while (true)
            {
                using var response = await client.GetAsync($"{flow.Path}/run/{run}/result");
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Interlocked.Increment(ref polled);
                if (JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!.GetValue<string>() == "completed")
                {
                    return;
                }
            }
        }).ToList();
        await Eventually.TrueAsync(() => polled > 400, TimeSpan.FromMinutes(2));
        gate.Release();
        await Task.WhenAll(pollers);
    }
}
