using System.Text.Json.Nodes;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>
/// The stories of the dependency model with real browsers, and what the site itself has counted: how often its account page was
/// looked at (checks), how often somebody logged in or tried to (creates), how often its data was read (the API).
/// </summary>
[Collection(AccountHost.Collection)]
public sealed class DependencyCountTests(AccountHost host) : IAsyncLifetime
{
    private readonly string _session = $"counted-{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        host.Site.Reset();
        host.Site.SetUser(AccountHost.User, AccountHost.Password);
        await host.Project.LogInAsync(_session, AccountHost.Credentials());
        host.Site.ForgetCounts();
    }

    public Task DisposeAsync()
    {
        host.Site.Reset();
        host.Site.SetUser(AccountHost.User, AccountHost.Password);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_valid_one_check_no_login()
    {
        var run = await RunAsync();

        AssertCounts(run, "completed", checks: 1, logins: 0, reads: 1);
        Assert.Equal(["check"], await ValidationAsync(run));
    }

    [Fact]
    public async Task A_valid_behind_a_flaky_check_three_checks_no_login()
    {
        host.Site.RefusesNextChecks = 2;
        var run = await RunAsync();

        AssertCounts(run, "completed", checks: 3, logins: 0, reads: 1);
        Assert.Equal(["check", "check", "check"], await ValidationAsync(run));
    }

    [Theory]
    [InlineData("A valid", "completed", "check")]
    [InlineData("B expired and recreated", "completed", "check create check")]
    [InlineData("C expired without autoRecreate", "canceled", "check")]
    [InlineData("D1 every create throws", "canceled", "check create")]
    [InlineData("D2 logged in but never passing", "canceled", "check create check")]
    [InlineData("E a check that always throws", "canceled", "check create check")]
    [InlineData("E' a check that always throws without autoRecreate", "canceled", "check")]
    public async Task With_one_attempt_each(string story, string status, string sequence)
    {
        var row = story[..story.IndexOf(' ', StringComparison.Ordinal)];
        switch (row)
        {
            case "B" or "C":
                host.Site.ExpireAll();
                break;
            case "D1":
                host.Site.ExpireAll();
                host.Site.RefusesNextLogins = 9;
                break;
            case "D2":
                host.Site.RefusesAll = true;
                break;
            case "E" or "E'":
                host.Site.IsBroken = true;
                break;
        }

        var run = await RunAsync(autoRecreate: row is not ("C" or "E'"), authAttempts: 1);
        Assert.Equal(status, ProjectDriver.Text(run, "status"));
        Assert.Equal(sequence.Split(' '), await ValidationAsync(run));
        Assert.Equal(status == "completed" ? 1 : 0, host.Site.Visits("GET /data"));
    }

    [Fact]
    public async Task B_at_worst_three_checks_three_logins_three_checks()
    {
        host.Site.ExpireAll();
        host.Site.RefusesNextLogins = 2;
        host.Site.RefusesNextChecks = 2;
        var run = await RunAsync();

        AssertCounts(run, "completed", checks: 6, logins: 1, reads: 1);
        Assert.Equal(2, host.Site.FailedLogins);
        Assert.Equal(["check", "check", "check", "create", "create", "create", "check", "check", "check"], await ValidationAsync(run));
    }

    [Fact]
    public async Task B_expired_and_recreated_three_checks_one_login_one_check()
    {
        host.Site.ExpireAll();
        var run = await RunAsync();

        AssertCounts(run, "completed", checks: 4, logins: 1, reads: 1);
        Assert.Equal(["check", "check", "check", "create", "check"], await ValidationAsync(run));
    }

    [Fact]
    public async Task C_expired_without_autoRecreate_three_checks_and_canceled()
    {
        host.Site.ExpireAll();
        var run = await RunAsync(autoRecreate: false);

        AssertCounts(run, "canceled", checks: 3, logins: 0, reads: 0);
        await AssertRefusedAsync(run, "check-attempts-failed");
    }

    [Fact]
    public async Task D1_every_create_throws_three_checks_three_refused_logins_and_canceled()
    {
        host.Site.ExpireAll();
        host.Site.SetUser(AccountHost.User, "changed meanwhile");
        var run = await RunAsync();

        AssertCounts(run, "canceled", checks: 3, logins: 0, reads: 0);
        Assert.Equal(3, host.Site.FailedLogins);
        await AssertRefusedAsync(run, "create-attempts-failed");
    }

    [Fact]
    public async Task D2_logged_in_but_never_passing_three_checks_one_login_three_checks_and_canceled()
    {
        host.Site.RefusesAll = true;
        var run = await RunAsync();

        AssertCounts(run, "canceled", checks: 6, logins: 1, reads: 0);
        await AssertRefusedAsync(run, "post-create-check-attempts-failed");
    }

    [Fact]
    public async Task D2_at_worst_three_checks_three_logins_three_checks_and_canceled()
    {
        host.Site.RefusesAll = true;
        host.Site.RefusesNextLogins = 2;
        var run = await RunAsync();

        AssertCounts(run, "canceled", checks: 6, logins: 1, reads: 0);
        Assert.Equal(2, host.Site.FailedLogins);
        await AssertRefusedAsync(run, "post-create-check-attempts-failed");
    }

    [Fact]
    public async Task E_a_throwing_check_that_a_login_mends_counts_as_expired()
    {
        host.Site.IsBrokenUntilLogin = true;
        var run = await RunAsync();

        AssertCounts(run, "completed", checks: 4, logins: 1, reads: 1);
        var validate = await host.Project.ValidateRunOfAsync(run);
        Assert.Equal("script-execution-exception", ProjectDriver.Text(validate["attempts"]![0]!["error"]!, "code"));
    }

    [Fact]
    public async Task E_a_check_that_always_throws_ends_as_one_that_never_passes()
    {
        host.Site.IsBroken = true;
        var run = await RunAsync();

        AssertCounts(run, "canceled", checks: 6, logins: 1, reads: 0);
        await AssertRefusedAsync(run, "post-create-check-attempts-failed");
    }

    [Fact]
    public async Task E_a_check_that_always_throws_without_autoRecreate_logs_nobody_in()
    {
        host.Site.IsBroken = true;
        var run = await RunAsync(autoRecreate: false);

        AssertCounts(run, "canceled", checks: 3, logins: 0, reads: 0);
        await AssertRefusedAsync(run, "check-attempts-failed");
    }

    [Fact]
    public async Task Each_failed_attempt_of_an_api_is_preceded_by_a_check_of_its_own()
    {
        var run = await RunAsync("throw");

        AssertCounts(run, "failed", checks: 3, logins: 0, reads: 3);
        Assert.Equal("api-attempts-failed", ProjectDriver.Text(run["error"]!, "code"));
    }

    [Fact]
    public async Task An_api_that_succeeds_the_third_time_was_preceded_by_three_checks()
    {
        host.Site.EmptiesNextReads = 2;
        var run = await RunAsync("strict");

        AssertCounts(run, "completed", checks: 3, logins: 0, reads: 3);
        Assert.Equal(["failed", "failed", "completed"], run["attempts"]!.AsArray().Select(a => ProjectDriver.Text(a!, "status")));
    }

    [Fact]
    public async Task A_session_that_dies_between_two_attempts_cancels_the_Run()
    {
        host.Site.ExpiresWithData = true;
        var run = await RunAsync("throw", autoRecreate: false);

        AssertCounts(run, "canceled", checks: 4, logins: 0, reads: 1);
        Assert.Equal(["failed", "canceled"], run["attempts"]!.AsArray().Select(a => ProjectDriver.Text(a!, "status")));
    }

    private Task<JsonObject> RunAsync(string api = "read", bool autoRecreate = true, int authAttempts = 3) => host.Project.RunAsync(
        api,
        new JsonObject
        {
            ["id"] = _session,
            ["autoRecreate"] = autoRecreate,
            ["checkAttempts"] = authAttempts,
            ["createAttempts"] = authAttempts,
        },
        attempts: 3);

    private async Task<IEnumerable<string>> ValidationAsync(JsonObject run) => ProjectDriver.Kinds(await host.Project.ValidateRunOfAsync(run));

    private void AssertCounts(JsonObject run, string status, int checks, int logins, int reads)
    {
        Assert.True(ProjectDriver.Text(run, "status") == status, run.ToJsonString());
        Assert.Equal(
            (checks, logins, reads), (host.Site.Visits("GET /account"), host.Site.Logins, host.Site.Visits("GET /data")));
    }

    private async Task AssertRefusedAsync(JsonObject run, string code)
    {
        Assert.Equal("auth-session-validate-dependency-failed", ProjectDriver.Text(run["reason"]!, "type"));
        var validate = await host.Project.ValidateRunOfAsync(run);
        Assert.Equal(code, ProjectDriver.Text(validate["error"]!, "code"));
        Assert.Equal("EXPIRED", ProjectDriver.Text(await host.Project.DetailsAsync(_session), "status"));
    }
}
