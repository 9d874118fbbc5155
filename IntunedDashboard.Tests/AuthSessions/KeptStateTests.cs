using IntunedDashboard.AuthSessions;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.AuthSessions;

/// <summary>What a Run left never takes the place of somebody's login.</summary>
public sealed class KeptStateTests : IAsyncLifetime
{
    private const string State = """{"cookies":[{"name":"sid","value":"0123456789","domain":"example.test","path":"/"}],"origins":[]}""";

    private FlowHost _host = null!;

    private AuthSessionStore Store => _host.App.Services.GetRequiredService<AuthSessionStore>();

    public async Task InitializeAsync()
    {
        _host = await FlowHost.StartAsync();
        await _host.LogInAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Of_two_Runs_that_started_with_the_same_state_only_the_first_is_kept()
    {
        var session = await FindAsync();

        Assert.True(await Store.TryKeepAsync(session, Ids.NewRunId(), State, default));
        Assert.False(await Store.TryKeepAsync(session, Ids.NewRunId(), State.Replace("sid", "late", StringComparison.Ordinal), default));
        var kept = await Store.OpenAsync(session.Key, default);
        Assert.Equal(session.StateVersion + 1, kept.Session.StateVersion);
        Assert.Equal(State, kept.StateJson);
    }

    [Fact]
    public async Task Nothing_is_kept_while_somebody_logs_in()
    {
        var session = await FindAsync();
        Assert.True(await Store.TryLockAsync(session, Ids.NewRunId(), AuthSessionOperation.Recreate, default));

        Assert.False(await Store.TryKeepAsync(session, Ids.NewRunId(), State, default));
        Assert.Equal(session.StateVersion, (await FindAsync()).StateVersion);
    }

    [Fact]
    public async Task A_lost_login_is_not_brought_back()
    {
        var session = await FindAsync();
        await Store.MarkExpiredAsync(session, Ids.NewRunId(), "Lost.", isBeyondRepair: true, default);

        Assert.False(await Store.TryKeepAsync(session, Ids.NewRunId(), State, default));
    }

    private async Task<AuthSession> FindAsync() => (await Store.FindAsync(_host.ProjectId, "main-session", default))!;
}
