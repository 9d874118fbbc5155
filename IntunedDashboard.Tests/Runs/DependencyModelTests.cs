using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>How often check, create and API run, and how everything ends, for each story of the dependency model.</summary>
public sealed class DependencyModelTests : IAsyncLifetime
{
    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_valid_session_is_checked_once_and_the_api_runs()
    {
        await _host.LogInAsync();
        var run = await RunAsync();

        AssertCounts(checks: 1, creates: 0, apis: 1);
        Assert.Equal("completed", Text(run, "status"));
        Assert.True(run["result"]!["ok"]!.GetValue<bool>());
        var validate = await _host.ValidateRunOfAsync(run);
        Assert.Equal("AuthSession:Validate", Text(validate, "type"));
        Assert.Equal("completed", Text(validate, "status"));
        Assert.Equal(Text(run, "runId"), Text(validate["dependencyOf"]!, "runId"));
    }

    [Fact]
    public async Task A_flaky_check_that_passes_the_third_time_needs_no_login()
    {
        await _host.LogInAsync();
        var asked = 0;
        Engine.Check = (_, _) => ++asked < 3 ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        var run = await RunAsync();

        AssertCounts(checks: 3, creates: 0, apis: 1);
        Assert.Equal("completed", Text(run, "status"));
    }

    [Fact]
    public async Task An_expired_session_is_recreated_and_checked_again()
    {
        await _host.LogInAsync();
        ExpireUntilCreated();
        var run = await RunAsync();

        AssertCounts(checks: 4, creates: 1, apis: 1);
        Assert.Equal("completed", Text(run, "status"));
        var details = await _host.GetAsync("/auth-sessions/main-session/details");
        Assert.Equal("READY", Text(details, "status"));
        Assert.Equal(2, details["stateVersion"]!.GetValue<int>());
        Assert.False(details.ContainsKey("lockedBy"));
    }

    [Fact]
    public async Task Without_autoRecreate_an_expired_session_cancels_the_Run()
    {
        await _host.LogInAsync();
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var run = await RunAsync(new JsonObject { ["id"] = "main-session", ["autoRecreate"] = false });

        AssertCounts(checks: 3, creates: 0, apis: 0);
        await AssertCanceledAsync(run, "check-attempts-failed");
    }

    [Fact]
    public async Task A_create_that_always_throws_cancels_the_Run()
    {
        await _host.LogInAsync();
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var run = await RunAsync();

        AssertCounts(checks: 3, creates: 3, apis: 0);
        await AssertCanceledAsync(run, "create-attempts-failed");
    }

    [Fact]
    public async Task A_login_whose_check_never_passes_cancels_the_Run_and_keeps_the_old_state()
    {
        await _host.LogInAsync();
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var run = await RunAsync();

        AssertCounts(checks: 6, creates: 1, apis: 0);
        await AssertCanceledAsync(run, "post-create-check-attempts-failed");
        Assert.Equal(1, (await _host.GetAsync("/auth-sessions/main-session/details"))["stateVersion"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_check_that_throws_counts_as_a_failed_check()
    {
        await _host.LogInAsync();
        var created = 0;
        Engine.Create = (_, _) =>
        {
            created++;
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => created == 0 ? ScriptedEngine.Throw("no such element") : ScriptedEngine.Succeed();
        var run = await RunAsync();

        AssertCounts(checks: 4, creates: 1, apis: 1);
        Assert.Equal("completed", Text(run, "status"));
    }

    [Fact]
    public async Task A_site_that_cannot_be_reached_triggers_no_login_and_leaves_the_session_ready()
    {
        await _host.LogInAsync();
        Engine.Check = (_, _) => ScriptedEngine.Throw("net::ERR_CONNECTION_REFUSED", connection: true);
        var run = await RunAsync();

        AssertCounts(checks: 3, creates: 0, apis: 0);
        Assert.Equal("canceled", Text(run, "status"));
        Assert.Contains("could not be reached", Text(run["reason"]!, "message"), StringComparison.Ordinal);
        Assert.Equal("READY", await _host.SessionStatusAsync("main-session"));
    }

    [Fact]
    public async Task An_api_that_always_throws_is_validated_before_every_attempt_and_fails()
    {
        await _host.LogInAsync();
        Engine.Api = (_, _) => ScriptedEngine.Throw("selector not found");
        var run = await RunAsync();

        AssertCounts(checks: 3, creates: 0, apis: 3);
        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal("api-attempts-failed", Text(run["error"]!, "code"));
        Assert.Equal(3, run["error"]!["details"]!["attempts_count"]!.GetValue<int>());
        Assert.Equal(3, run["attempts"]!.AsArray().Select(a => Text(a!, "validateRunId")).Distinct().Count());
    }

    [Fact]
    public async Task An_api_that_succeeds_the_third_time_completes()
    {
        await _host.LogInAsync();
        var asked = 0;
        Engine.Api = (_, _) => ++asked < 3 ? ScriptedEngine.Throw("flaky") : ScriptedEngine.Succeed("[1]");
        var run = await RunAsync();

        AssertCounts(checks: 3, creates: 0, apis: 3);
        Assert.Equal("completed", Text(run, "status"));
        Assert.Equal(["failed", "failed", "completed"], run["attempts"]!.AsArray().Select(a => Text(a!, "status")));
    }

    [Fact]
    public async Task A_session_that_dies_between_attempts_cancels_the_Run()
    {
        await _host.LogInAsync();
        var dead = false;
        Engine.Api = (_, _) =>
        {
            dead = true;
            return ScriptedEngine.Throw("kicked out");
        };
        Engine.Check = (_, _) => dead ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        var run = await RunAsync(new JsonObject { ["id"] = "main-session", ["autoRecreate"] = false });

        AssertCounts(checks: 4, creates: 0, apis: 1);
        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal(["failed", "canceled"], run["attempts"]!.AsArray().Select(a => Text(a!, "status")));
    }

    [Fact]
    public async Task A_failed_create_leaves_the_session_expired_with_the_reason()
    {
        Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var result = await _host.CreateSessionAsync("bad-session");

        Assert.Equal("failed", Text(result, "status"));
        Assert.Equal("create-attempts-failed", Text(result["error"]!, "code"));
        AssertCounts(checks: 0, creates: 3, apis: 0);
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync("bad-session"));
    }

    [Fact]
    public async Task Fifty_Runs_on_one_expired_session_log_in_once()
    {
        await _host.LogInAsync();
        // A start is refused while the session logs in, so the first check waits until all of them are there.
        var started = new TaskCompletionSource();
        var isExpired = true;
        Engine.Create = (_, _) =>
        {
            Volatile.Write(ref isExpired, false);
            return ScriptedEngine.Succeed();
        };
        Engine.Check = async (_, token) =>
        {
            await started.Task.WaitAsync(token);
            return await (Volatile.Read(ref isExpired) ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed());
        };
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _host.StartRunAsync(new JsonObject { ["id"] = "main-session" })));
        started.SetResult();
        var runs = await Task.WhenAll(ids.Select(_host.EndAsync));

        Assert.All(runs, run => Assert.Equal("completed", Text(run, "status")));
        Assert.Equal(1, Engine.Count(FunctionKind.Create));
    }

    [Fact]
    public async Task Starting_a_Run_on_a_session_that_is_logging_in_is_refused()
    {
        await _host.LogInAsync();
        var release = new TaskCompletionSource();
        Engine.Create = async (_, token) =>
        {
            await release.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var started = await _host.SendAsync(HttpMethod.Post, "/auth-sessions/main-session/update", Credentials(), HttpStatusCode.Created);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Create) == 1);

        var body = new JsonObject { ["api"] = "hello", ["parameters"] = new JsonObject(), ["authSession"] = new JsonObject { ["id"] = "main-session" } };
        var refused = await _host.SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Conflict);
        Assert.Equal("auth-session-already-in-use", Text(refused, "code"));
        release.SetResult();
        var done = await _host.OperationAsync($"/auth-sessions/main-session/update/{started["operationId"]}/result");
        Assert.Equal("done", Text(done, "status"));
        Assert.Equal("completed", Text(await RunAsync(), "status"));
    }

    [Fact]
    public async Task Canceling_a_running_Run_stops_it_and_frees_everything()
    {
        await _host.LogInAsync();
        Engine.Api = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return await ScriptedEngine.Succeed();
        };
        var id = await _host.StartRunAsync(new JsonObject { ["id"] = "main-session" });
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{id}/cancel");
        var run = await _host.EndAsync(id);

        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal("cancelled-user-action", Text(run["reason"]!, "type"));
        Assert.Equal("canceled", Text(run["attempts"]![0]!, "status"));
        await Eventually.TrueAsync(() => Engine.OpenLeases == 0);
    }

    [Fact]
    public async Task Runtime_credentials_serve_their_Run_and_are_forgotten()
    {
        Engine.Check = (request, _) => request.StateJson == ScriptedEngine.State ? ScriptedEngine.Succeed() : ScriptedEngine.SayNo();
        var run = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["runtimeInput"] = Credentials()["parameters"]!.DeepClone() }));

        Assert.Equal("completed", Text(run, "status"));
        AssertCounts(checks: 1, creates: 1, apis: 1);
        var session = await _host.GetAsync($"/auth-sessions/{Text(run, "authSessionId")}");
        Assert.Equal("RUNTIME", Text(session, "type"));
        await using var db = await _host.OpenDatabaseAsync();
        Assert.DoesNotContain(db.Set<IntunedDashboard.Runs.RunData>(), d => d.ProtectedSecrets != null);
        Assert.DoesNotContain(db.Set<IntunedDashboard.AuthSessions.AuthSession>(), s => s.ProtectedParameters != null);
    }

    [Fact]
    public async Task Without_a_browser_the_Run_fails_with_the_sentence_that_says_what_to_do()
    {
        await _host.LogInAsync();
        Engine.SetAvailability(new BrowserAvailability(IsAvailable: false, IsInstalling: false, "Install chromium."));
        var run = await RunAsync();

        Assert.Equal("failed", Text(run, "status"));
        Assert.Equal("internal-server-error", Text(run["error"]!, "code"));
        Assert.Contains("Install chromium.", Text(run["error"]!, "message"), StringComparison.Ordinal);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static JsonObject Credentials() => new()
    {
        ["parameters"] = new JsonObject { ["username"] = "demo-user", ["password"] = FlowHost.Secret },
    };

    private async Task<JsonObject> RunAsync(JsonObject? authSession = null) =>
        await _host.EndAsync(await _host.StartRunAsync(authSession ?? new JsonObject { ["id"] = "main-session" }));

    private void ExpireUntilCreated()
    {
        var created = 0;
        Engine.Create = (_, _) =>
        {
            Interlocked.Increment(ref created);
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => created == 0 ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
    }

    private void AssertCounts(int checks, int creates, int apis) => Assert.Equal(
        (checks, creates, apis), (Engine.Count(FunctionKind.Check), Engine.Count(FunctionKind.Create), Engine.Count(FunctionKind.Api)));

    private async Task AssertCanceledAsync(JsonObject run, string validateCode)
    {
        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal("auth-session-validate-dependency-failed", Text(run["reason"]!, "type"));
        Assert.Equal("canceled", Text(run["attempts"]![0]!, "status"));
        var validate = await _host.ValidateRunOfAsync(run);
        Assert.Equal("failed", Text(validate, "status"));
        Assert.Equal(validateCode, Text(validate["error"]!, "code"));
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync("main-session"));
    }
}
