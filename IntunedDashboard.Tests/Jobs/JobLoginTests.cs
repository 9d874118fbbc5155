using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>
/// The two tiers of validation: a JobRun validates once before its first item and may log in; its Runs validate before each attempt and
/// may not. The letters are those of the dependency model. Three checks, three creates.
/// </summary>
public sealed class JobLoginTests : IAsyncLifetime
{
    private const string JobId = "login-job";

    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    public async Task InitializeAsync()
    {
        _host = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["Node:BrowserSlots"] = "4" });
        await _host.LogInAsync(Session);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_valid_throughout_one_check_more_than_attempts()
    {
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "SUCCESS", reason: null, (3, 3, 0));
        AssertCounts(checks: 1 + 3, creates: 0, apis: 3);
        var validation = Assert.Single(await JobLevelAsync(jobRun));
        Assert.Equal("completed", Text(validation, "status"));
    }

    [Fact]
    public async Task B_expired_at_the_start_is_recreated_once_before_any_item()
    {
        ExpireUntilCreated();
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "SUCCESS", reason: null, (3, 3, 0));
        AssertCounts(checks: 3 + 1 + 3, creates: 1, apis: 3);
    }

    [Fact]
    public async Task B_expired_in_the_middle_is_recreated_by_the_JobRun_and_the_item_comes_again()
    {
        ExpireUntilCreated(afterApis: 1);
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "SUCCESS", reason: null, (3, 3, 0));
        AssertCounts(checks: 1 + 3 + 3 + 3 + 1, creates: 1, apis: 3);
        var runs = await _host.RunsOfAsync(Text(jobRun, "id"));
        var paused = Assert.Single(runs, r => Text(r, "status") == "canceled");
        Assert.Equal("job-run-paused", Text(paused["reason"]!, "type"));
        Assert.Equal(3, runs.Count(r => Text(r, "status") == "completed"));
        Assert.Equal(2, (await JobLevelAsync(jobRun)).Count);
    }

    [Fact]
    public async Task B_four_runs_that_lose_the_login_at_once_cause_one_login()
    {
        ExpireUntilCreated(afterApis: 4);
        var jobRun = await RunAsync(items: 40, atOnce: 4);

        AssertEnd(jobRun, "SUCCESS", reason: null, (40, 40, 0));
        Assert.Equal(1, Engine.Count(FunctionKind.Create));
        Assert.Equal(40, Engine.Count(FunctionKind.Api));
    }

    [Fact]
    public async Task B_a_login_lost_three_times_in_one_JobRun_is_recreated_three_times()
    {
        var (apis, lost) = (0, false);
        Engine.Api = (_, _) =>
        {
            lost = ++apis is 2 or 4 or 6;
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => lost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        Engine.Create = (_, _) =>
        {
            lost = false;
            return ScriptedEngine.Succeed();
        };
        var jobRun = await RunAsync(items: 8);

        AssertEnd(jobRun, "SUCCESS", reason: null, (8, 8, 0));
        Assert.Equal((3, 8), (Engine.Count(FunctionKind.Create), Engine.Count(FunctionKind.Api)));
    }

    [Fact]
    public async Task C_not_recreatable_at_the_start_is_canceled_without_a_run()
    {
        await AddRecorderAsync();
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var jobRun = await RunAsync(items: 3, session: "recorded");

        AssertEnd(jobRun, "CANCELED", "auth-session-validate-dependency-failed", (3, 0, 0));
        Assert.NotNull(jobRun["end_time"]);
        AssertCounts(checks: 3, creates: 0, apis: 0);
        Assert.Empty(await _host.RunsOfAsync(Text(jobRun, "id")));
    }

    [Fact]
    public async Task C_not_recreatable_in_the_middle_pauses_and_resuming_goes_on_where_it_stopped()
    {
        await AddRecorderAsync();
        var lost = false;
        Engine.Api = (_, _) =>
        {
            lost = Engine.Count(FunctionKind.Api) == 1;
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => lost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        var jobRun = await RunAsync(items: 3, session: "recorded");

        AssertEnd(jobRun, "PAUSED", "auth-session-invalid-mid-job", (3, 1, 0));
        Assert.Null(jobRun["end_time"]);
        AssertCounts(checks: 1 + 1 + 3 + 3, creates: 0, apis: 1);

        Engine.Forget();
        Engine.Api = (_, _) => ScriptedEngine.Succeed();
        lost = false;
        await ResumeAsync(jobRun);
        AssertEnd(await EndAsync(jobRun), "SUCCESS", reason: null, (3, 3, 0));
        AssertCounts(checks: 1 + 2, creates: 0, apis: 2);
    }

    [Fact]
    public async Task D1_creates_that_throw_at_the_start_cancel()
    {
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "CANCELED", "auth-session-validate-dependency-failed", (3, 0, 0));
        AssertCounts(checks: 3, creates: 3, apis: 0);
    }

    [Fact]
    public async Task D2_a_login_that_never_passes_at_the_start_cancels()
    {
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "CANCELED", "auth-session-validate-dependency-failed", (3, 0, 0));
        AssertCounts(checks: 6, creates: 1, apis: 0);
    }

    [Fact]
    public async Task D1_creates_that_throw_in_the_middle_pause_and_an_Update_lets_it_go_on()
    {
        ExpireUntilCreated(afterApis: 1);
        var recreate = Engine.Create;
        Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "PAUSED", "auth-session-invalid-mid-job", (3, 1, 0));
        AssertCounts(checks: 1 + 1 + 3 + 3, creates: 3, apis: 1);

        Engine.Create = recreate;
        var body = new JsonObject { ["parameters"] = new JsonObject { ["username"] = "demo", ["password"] = "new-password-1" } };
        var started = await _host.SendAsync(HttpMethod.Post, $"/auth-sessions/{Session}/update", body, HttpStatusCode.Created);
        var updated = await _host.OperationAsync($"/auth-sessions/{Session}/update/{started["operationId"]}/result");
        Assert.Equal("done", Text(updated, "status"));
        await ResumeAsync(jobRun);
        AssertEnd(await EndAsync(jobRun), "SUCCESS", reason: null, (3, 3, 0));
    }

    [Fact]
    public async Task D2_a_login_that_never_passes_in_the_middle_pauses()
    {
        var lost = false;
        Engine.Api = (_, _) =>
        {
            lost = true;
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => lost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "PAUSED", "auth-session-invalid-mid-job", (3, 1, 0));
        AssertCounts(checks: 1 + 1 + 3 + 6, creates: 1, apis: 1);
    }

    [Fact]
    public async Task E_checks_that_throw_count_as_failed_checks()
    {
        Engine.Check = (_, _) => ScriptedEngine.Throw("the page changed");
        var jobRun = await RunAsync(items: 3);

        AssertEnd(jobRun, "CANCELED", "auth-session-validate-dependency-failed", (3, 0, 0));
        AssertCounts(checks: 6, creates: 1, apis: 0);
    }

    [Fact]
    public async Task A_login_that_passes_for_the_JobRun_and_fails_with_every_run_is_given_up()
    {
        var asked = 0;
        Engine.Check = (_, _) => ++asked % 2 == 1 ? ScriptedEngine.Succeed() : ScriptedEngine.SayNo();
        var jobRun = await RunAsync(items: 3, checkAttempts: 1);

        AssertEnd(jobRun, "PAUSED", "auth-session-invalid-mid-job", (3, 0, 0));
        AssertCounts(checks: 8, creates: 0, apis: 0);
    }

    [Fact]
    public async Task Attempts_before_the_login_was_lost_are_not_given_again()
    {
        var lost = false;
        Engine.Api = (_, _) =>
        {
            lost = Engine.Count(FunctionKind.Api) == 1;
            return ScriptedEngine.Throw("no row");
        };
        Engine.Check = (_, _) => lost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        Engine.Create = (_, _) =>
        {
            lost = false;
            return ScriptedEngine.Succeed();
        };
        var jobRun = await RunAsync(items: 1, attempts: 2);

        AssertEnd(jobRun, "SUCCESS", reason: null, (1, 0, 1));
        Assert.Equal(2, Engine.Count(FunctionKind.Api));
    }

    [Fact]
    public async Task A_session_that_does_not_exist_cancels()
    {
        var jobRun = await RunAsync(items: 1, session: "nobody");
        AssertEnd(jobRun, "CANCELED", "auth-session-not-found", (1, 0, 0));
        AssertCounts(checks: 0, creates: 0, apis: 0);
    }

    [Fact]
    public async Task A_session_that_is_logging_in_cancels()
    {
        var release = new TaskCompletionSource();
        Engine.Create = async (_, token) =>
        {
            await release.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        await _host.SendAsync(HttpMethod.Post, $"/auth-sessions/{Session}/update", new JsonObject(), HttpStatusCode.Created);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Create) == 1);
        var jobRun = await RunAsync(items: 1);
        release.SetResult();
        AssertEnd(jobRun, "CANCELED", "auth-session-locked", (1, 0, 0));
    }

    [Fact]
    public async Task A_session_deleted_in_the_middle_pauses_until_it_is_there_again()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job(JobId, 2, Session, atOnce: 1));
        var id = await _host.TriggerAsync(JobId);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/pause");
        gate.Open();
        await _host.JobRunAsync(JobId, id, "PAUSED");
        using var deleted = await _host.Client.DeleteAsync($"{_host.Path}/auth-sessions/{Session}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/resume", expected: HttpStatusCode.Conflict);
        AssertEnd(await _host.JobRunAsync(JobId, id), "PAUSED", "auth-session-not-found", (2, 1, 0));
        await _host.CreateSessionAsync(Session);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/resume");
        AssertEnd(await _host.JobRunAsync(JobId, id, "SUCCESS"), "SUCCESS", reason: null, (2, 2, 0));
    }

    [Fact]
    public async Task Paused_while_it_validates_it_starts_nothing_and_resumes_from_there()
    {
        var release = new TaskCompletionSource();
        HoldChecks(release);
        await _host.CreateJobAsync(Job(JobId, 2, Session));
        var id = await _host.TriggerAsync(JobId);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/pause");
        Assert.Equal("PAUSING", Text(await _host.JobRunAsync(JobId, id), "status"));
        release.SetResult();
        AssertEnd(await _host.JobRunAsync(JobId, id, "PAUSED"), "PAUSED", "user-request", (2, 0, 0));
        Assert.Equal(0, Engine.Count(FunctionKind.Api));
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/resume");
        AssertEnd(await _host.JobRunAsync(JobId, id, "SUCCESS"), "SUCCESS", reason: null, (2, 2, 0));
    }

    [Fact]
    public async Task Resuming_is_its_own_state_while_the_login_is_validated()
    {
        using var gate = new Gate(Engine);
        await _host.CreateJobAsync(Job(JobId, 2, Session, atOnce: 1));
        var id = await _host.TriggerAsync(JobId);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/pause");
        gate.Open();
        await _host.JobRunAsync(JobId, id, "PAUSED");
        var release = new TaskCompletionSource();
        HoldChecks(release);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/resume");
        Assert.Equal("RESUMING", Text(await _host.JobRunAsync(JobId, id), "status"));
        release.SetResult();
        await _host.JobRunAsync(JobId, id, "SUCCESS");
    }

    [Fact]
    public async Task Terminated_while_it_validates_the_validation_is_stopped()
    {
        HoldChecks(new TaskCompletionSource());
        await _host.CreateJobAsync(Job(JobId, 2, Session));
        var id = await _host.TriggerAsync(JobId);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{id}/terminate");
        Assert.Equal("TERMINATED", Text(await _host.JobRunAsync(JobId, id), "status"));
        var validation = await Eventually.GetAsync(
            async () => (await _host.RunsOfAsync(id, "AuthSession:Validate")).Single(), run => Text(run, "status") == "canceled");
        Assert.Equal("job-run-terminated", Text(validation["reason"]!, "type"));
        await Eventually.TrueAsync(() => Engine.OpenLeases == 0);
    }

    private async Task<JsonObject> RunAsync(
        int items, string session = Session, int atOnce = 1, int attempts = 1, int checkAttempts = 3)
    {
        var job = Job(JobId, items, session, atOnce, attempts);
        job["auth_session"]!["checkAttempts"] = checkAttempts;
        return await _host.RunJobAsync(job);
    }

    private Task<JsonObject> ResumeAsync(JsonObject jobRun) => _host.SendAsync(HttpMethod.Post, $"/jobs/{JobId}/runs/{Text(jobRun, "id")}/resume");

    private Task<JsonObject> EndAsync(JsonObject jobRun) => _host.JobRunAsync(JobId, Text(jobRun, "id"), "SUCCESS");

    /// <summary>The Validate Runs that guard no attempt.</summary>
    private async Task<List<JsonObject>> JobLevelAsync(JsonObject jobRun) =>
        [.. (await _host.RunsOfAsync(Text(jobRun, "id"), "AuthSession:Validate")).Where(r => !r.ContainsKey("dependencyOf"))];

    private void HoldChecks(TaskCompletionSource release) => Engine.Check = async (_, token) =>
    {
        await release.Task.WaitAsync(token);
        return await ScriptedEngine.Succeed();
    };

    /// <summary>The login is lost after so many executions of the API, and comes back by a create.</summary>
    private void ExpireUntilCreated(int afterApis = 0)
    {
        var (apis, created) = (0, 0);
        Engine.Api = (_, _) =>
        {
            Interlocked.Increment(ref apis);
            return ScriptedEngine.Succeed();
        };
        Engine.Create = (_, _) =>
        {
            Interlocked.Increment(ref created);
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => Volatile.Read(ref apis) >= afterApis && created == 0 ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
    }

    private async Task AddRecorderAsync()
    {
        var store = _host.App.Services.GetRequiredService<AuthSessionStore>();
        var session = await store.AddAsync(
            _host.ProjectId, "recorded", AuthSessionType.Recorder, AuthSessionSource.Ui, parametersJson: null, proxy: null, lockedByRunId: null, default);
        var version = await store.AddCandidateAsync(session, "recorder", ScriptedEngine.State, default);
        await store.PromoteAsync(session, "recorder", version, default);
    }

    private static void AssertEnd(JsonObject jobRun, string status, string? reason, (int, int, int) counts)
    {
        Assert.Equal((status, reason), (Text(jobRun, "status"), jobRun["reason"]?["type"]?.GetValue<string>()));
        var (payloads, successful, failed) = counts;
        Assert.Equal((payloads, successful, failed), Counts(jobRun));
    }

    private void AssertCounts(int checks, int creates, int apis) => Assert.Equal(
        (checks, creates, apis), (Engine.Count(FunctionKind.Check), Engine.Count(FunctionKind.Create), Engine.Count(FunctionKind.Api)));
}
