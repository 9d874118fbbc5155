using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Projects;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>How often Create, Update, Validate and a recorder-based session call check and create, counted by the site as well.</summary>
[Collection(AccountHost.Collection)]
public sealed class OperationCountTests(AccountHost host) : IAsyncLifetime
{
    private readonly string _session = $"operated-{Guid.NewGuid():N}";

    public Task InitializeAsync()
    {
        host.Site.Reset();
        host.Site.SetUser(AccountHost.User, AccountHost.Password);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        host.Site.Reset();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("Update")]
    public async Task At_best_one_login_and_one_check(string operation)
    {
        var run = await LogInAsync(operation, code: null);

        AssertCounts(run, logins: 1, failedLogins: 0, checks: 1);
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("Update")]
    public async Task At_worst_every_login_and_every_check_is_used(string operation)
    {
        var run = await LogInAsync(operation, code: null, () =>
        {
            host.Site.RefusesNextLogins = 2;
            host.Site.RefusesNextChecks = 2;
        });

        AssertCounts(run, logins: 1, failedLogins: 2, checks: 3);
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("Update")]
    public async Task When_every_login_fails_nothing_is_checked(string operation)
    {
        var run = await LogInAsync(operation, "create-attempts-failed", () => host.Site.RefusesNextLogins = 9);

        AssertCounts(run, logins: 0, failedLogins: 3, checks: 0);
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("Update")]
    public async Task When_the_check_never_passes_the_login_is_not_repeated(string operation)
    {
        var run = await LogInAsync(operation, "post-create-check-attempts-failed", () =>
        {
            host.Site.RefusesNextLogins = 1;
            host.Site.RefusesAll = true;
        });

        AssertCounts(run, logins: 1, failedLogins: 1, checks: 3);
    }

    [Theory]
    [InlineData("valid", true, null, "check")]
    [InlineData("expired", true, null, "check check check create check")]
    [InlineData("expired", false, "check-attempts-failed", "check check check")]
    [InlineData("locked out", true, "create-attempts-failed", "check check check create create create")]
    [InlineData("refused", true, "post-create-check-attempts-failed", "check check check create check check check")]
    public async Task A_Validate_by_hand_does_what_the_one_before_an_attempt_does(string state, bool autoRecreate, string? code, string sequence)
    {
        await host.Project.LogInAsync(_session, AccountHost.Credentials());
        host.Site.ForgetCounts();
        if (state is "expired" or "locked out")
        {
            host.Site.ExpireAll();
        }

        host.Site.RefusesNextLogins = state == "locked out" ? 9 : 0;
        host.Site.RefusesAll = state == "refused";
        var (result, run) = await host.Project.OperateAsync($"{_session}/validate/start", new JsonObject { ["autoRecreate"] = autoRecreate });

        AssertResult(result, code);
        Assert.Equal(sequence.Split(' '), ProjectDriver.Kinds(run));
        Assert.Equal(sequence.Split(' ').Count(k => k == "check"), host.Site.Visits("GET /account"));
    }

    [Fact]
    public async Task A_recorder_based_session_is_checked_and_never_created()
    {
        await host.Project.LogInAsync(_session, AccountHost.Credentials());
        await RecordAsync("recorded-by-hand");
        host.Site.ForgetCounts();
        var body = new JsonObject { ["autoRecreate"] = false };

        var (valid, one) = await host.Project.OperateAsync("recorded-by-hand/validate/start", (JsonObject)body.DeepClone());
        AssertResult(valid, code: null);
        AssertCounts(one, logins: 0, failedLogins: 0, checks: 1);
        host.Site.ExpireAll();
        host.Site.ForgetCounts();
        var (lost, all) = await host.Project.OperateAsync("recorded-by-hand/validate/start", body);
        AssertResult(lost, "check-attempts-failed");
        AssertCounts(all, logins: 0, failedLogins: 0, checks: 3);
        Assert.Equal("EXPIRED", ProjectDriver.Text(await host.Project.DetailsAsync("recorded-by-hand"), "status"));
    }

    private async Task<JsonObject> LogInAsync(string operation, string? code, Action? trouble = null)
    {
        var what = "create";
        if (operation == "Update")
        {
            await host.Project.LogInAsync(_session, AccountHost.Credentials());
            host.Site.Reset();
            what = $"{_session}/update";
        }

        trouble?.Invoke();
        var body = new JsonObject { ["id"] = _session, ["parameters"] = AccountHost.Credentials(), ["saveTrace"] = false };
        var (result, run) = await host.Project.OperateAsync(what, body);
        AssertResult(result, code);
        Assert.Equal($"AuthSession:{operation}", ProjectDriver.Text(run, "type"));
        Assert.Equal(code is null ? "READY" : "EXPIRED", ProjectDriver.Text(await host.Project.DetailsAsync(_session), "status"));
        return run;
    }

    /// <summary>A session of which a person made the login.</summary>
    private async Task RecordAsync(string id)
    {
        var store = host.App.Services.GetRequiredService<AuthSessionStore>();
        var project = await host.App.Services.GetRequiredService<ProjectQueries>().FindAsync(host.App.WorkspaceId, "accounts", default);
        var state = (await store.OpenAsync((await store.FindAsync(project!.Id, _session, default))!.Key, default)).StateJson!;
        var recorded = await store.AddAsync(
            project.Id, id, AuthSessionType.Recorder, AuthSessionSource.Ui, parametersJson: null, proxy: null, lockedByRunId: null, default);
        await store.PromoteAsync(recorded, "by-a-person", await store.AddCandidateAsync(recorded, "by-a-person", state, default), default);
    }

    private static void AssertResult(JsonObject result, string? code)
    {
        Assert.True(ProjectDriver.Text(result, "status") == (code is null ? "done" : "failed"), result.ToJsonString());
        Assert.Equal(code, result["error"]?["code"]?.GetValue<string>());
    }

    private void AssertCounts(JsonObject run, int logins, int failedLogins, int checks)
    {
        Assert.Equal(
            Enumerable.Repeat("create", logins + failedLogins).Concat(Enumerable.Repeat("check", checks)), ProjectDriver.Kinds(run));
        Assert.Equal((logins, failedLogins, checks), (host.Site.Logins, host.Site.FailedLogins, host.Site.Visits("GET /account")));
    }
}
