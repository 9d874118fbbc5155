using IntunedDashboard.AuthSessions;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Kept browser states: proved before they serve, a few kept, put back by hand, forgotten on request.</summary>
public sealed class StateVersionTests : IAsyncLifetime
{
    private FlowHost _host = null!;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync(
        settings: new Dictionary<string, string> { ["AuthSessions:StateVersionsKept"] = "3" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [DataFact]
    public async Task Only_the_newest_states_are_kept()
    {
        for (var i = 0; i < 5; i++)
        {
            await _host.LogInAsync();
        }

        var versions = await VersionsAsync();
        Assert.Equal([5, 4, 3], versions.Select(v => v.Version));
        Assert.True(versions[0].IsCurrent);
        Assert.All(versions, v => Assert.NotNull(v.ProvedAt));
    }

    [DataFact]
    public async Task An_earlier_state_is_put_back_and_checked()
    {
        await _host.LogInAsync();
        await _host.LogInAsync();
        var started = await Commands().RestoreAsync(Actor.System, _host.ProjectId, "main-session", 1, default);
        Assert.Equal("completed", (await _host.EndAsync(started.RunId))["status"]!.GetValue<string>());

        Assert.Equal(1, (await VersionsAsync()).Single(v => v.IsCurrent).Version);
        Assert.Equal("READY", await _host.SessionStatusAsync("main-session"));
    }

    [DataFact]
    public async Task A_state_whose_check_never_passed_is_not_put_back()
    {
        await _host.LogInAsync();
        _host.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        await _host.CreateSessionAsync("main-session", checkAttempts: 1);
        var refused = await Assert.ThrowsAsync<RequestException>(
            () => Commands().RestoreAsync(Actor.System, _host.ProjectId, "main-session", 2, default));

        Assert.Equal("version", refused.Fields.Single().Path);
        Assert.Equal(1, (await VersionsAsync()).Single(v => v.IsCurrent).Version);
    }

    [DataFact]
    public async Task Clearing_forgets_the_states_and_the_next_Run_logs_in()
    {
        await _host.LogInAsync();
        await Commands().ClearAsync(Actor.System, _host.ProjectId, "main-session", default);

        Assert.Empty(await VersionsAsync());
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync("main-session"));
        var run = await _host.EndAsync(await _host.StartRunAsync(new System.Text.Json.Nodes.JsonObject { ["id"] = "main-session" }));
        Assert.Equal("completed", run["status"]!.GetValue<string>());
        Assert.Equal(1, _host.Engine.Count(IntunedDashboard.Execution.FunctionKind.Create));
    }

    private IAuthSessionCommands Commands() => _host.App.Services.GetRequiredService<IAuthSessionCommands>();

    private async Task<IReadOnlyList<AuthSessionVersion>> VersionsAsync()
    {
        var queries = _host.App.Services.GetRequiredService<IAuthSessionQueries>();
        var session = await queries.FindAsync(_host.ProjectId, "main-session", default);
        return await queries.ListVersionsAsync(session!.Key, default);
    }
}
