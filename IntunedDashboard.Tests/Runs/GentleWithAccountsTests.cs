using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Nothing the platform does may lock an account.</summary>
public sealed class GentleWithAccountsTests
{
    [Fact]
    public async Task Logins_beyond_the_hourly_budget_are_not_made()
    {
        await using var host = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["AuthSessions:LoginsPerHour"] = "2" });
        host.Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var result = await host.CreateSessionAsync("main-session", createAttempts: 5);

        Assert.Equal("failed", result["status"]!.GetValue<string>());
        Assert.Contains("Needs attention", result["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(2, host.Engine.Count(FunctionKind.Create));
    }

    [Fact]
    public async Task Logins_that_the_check_keeps_refusing_are_left_to_a_person()
    {
        await using var host = await FlowHost.StartAsync(
            settings: new Dictionary<string, string> { ["AuthSessions:UnprovenLoginsAllowed"] = "2" });
        await host.LogInAsync();
        host.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        for (var i = 0; i < 3; i++)
        {
            var run = await host.EndAsync(await host.StartRunAsync(new JsonObject { ["id"] = "main-session" }));
            Assert.Equal("canceled", run["status"]!.GetValue<string>());
        }

        Assert.Equal(2, host.Engine.Count(FunctionKind.Create));
        host.Engine.Check = (_, _) => ScriptedEngine.Succeed();
        var update = new JsonObject { ["parameters"] = new JsonObject { ["username"] = "demo-user", ["password"] = FlowHost.Secret } };
        var started = await host.SendAsync(HttpMethod.Post, "/auth-sessions/main-session/update", update, System.Net.HttpStatusCode.Created);
        var done = await host.OperationAsync($"/auth-sessions/main-session/update/{started["operationId"]}/result");
        Assert.Equal("done", done["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task With_strict_locking_validations_that_may_log_in_take_turns()
    {
        await using var host = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["AuthSessions:StrictLocking"] = "true" });
        await host.LogInAsync();
        var checking = 0;
        var most = 0;
        host.Engine.Check = async (_, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref checking));
            await Task.Yield();
            Interlocked.Decrement(ref checking);
            return await ScriptedEngine.Succeed();
        };
        var first = host.StartRunAsync(new JsonObject { ["id"] = "main-session" });
        var runs = new List<string> { await first };
        for (var i = 0; i < 5; i++)
        {
            try
            {
                runs.Add(await host.StartRunAsync(new JsonObject { ["id"] = "main-session" }));
            }
            catch (Xunit.Sdk.TrueException refused) when (refused.Message.Contains("auth-session-already-in-use", StringComparison.Ordinal))
            {
                // A start that meets the lock is refused at once: that is the published rule.
            }
        }

        foreach (var run in runs)
        {
            Assert.Equal("completed", (await host.EndAsync(run))["status"]!.GetValue<string>());
        }

        Assert.Equal(1, most);
    }
}
