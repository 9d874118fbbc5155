using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Execution;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>What each type of AuthSession allows, and that a refusal names the field.</summary>
public sealed class SessionTypeTests(SharedFlowHost shared) : IClassFixture<SharedFlowHost>, IAsyncLifetime
{
    private readonly FlowHost _host = shared.Host;

    private AuthSessionStore Store => _host.App.Services.GetRequiredService<AuthSessionStore>();

    public async Task InitializeAsync()
    {
        _host.Engine.Reset();
        if (await Store.FindAsync(_host.ProjectId, "a-recorder", default) is null)
        {
            await AddAllTypesAsync();
        }

        _host.Engine.Forget();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_runtime_session_with_an_id_is_used_again_and_renewed_with_each_Runs_own_credentials()
    {
        _host.Engine.Check = (request, _) => request.StateJson is null ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        var first = await RunAsync(Runtime("shared-runtime"));
        var second = await RunAsync(Runtime("shared-runtime"));
        Assert.Equal(("completed", "completed"), (Text(first, "status"), Text(second, "status")));
        Assert.Equal((2, 1), (_host.Engine.Count(FunctionKind.Check), _host.Engine.Count(FunctionKind.Create)));

        var expired = true;
        _host.Engine.Check = (_, _) => expired ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        _host.Engine.Create = (request, _) =>
        {
            expired = !request.ParametersJson.Contains("the next one", StringComparison.Ordinal);
            return ScriptedEngine.Succeed();
        };
        var third = await RunAsync(Runtime("shared-runtime", "the next one"));
        Assert.Equal("completed", Text(third, "status"));
        await using var db = await _host.OpenDatabaseAsync();
        Assert.DoesNotContain(db.Set<IntunedDashboard.Runs.RunData>(), d => d.ProtectedSecrets != null);
        Assert.DoesNotContain(db.Set<AuthSession>(), s => s.Type == AuthSessionType.Runtime && s.ProtectedParameters != null);
    }

    [Fact]
    public async Task Without_an_id_each_Run_gets_a_runtime_session_of_its_own()
    {
        var first = await RunAsync(Runtime(null));
        var second = await RunAsync(Runtime(null));

        Assert.NotEqual(Text(first, "authSessionId"), Text(second, "authSessionId"));
        Assert.Equal(2, _host.Engine.Count(FunctionKind.Create));
    }

    [Fact]
    public async Task Two_Runs_that_bring_the_same_new_runtime_id_at_once_share_it()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Eventually.GetAsync(() => TryStartAsync(Runtime("raced"))!, id => id is not null)));

        foreach (var id in ids)
        {
            Assert.Equal("completed", Text(await _host.EndAsync(id!), "status"));
        }

        Assert.Equal(1, _host.Engine.Count(FunctionKind.Create));
    }

    [Theory]
    [InlineData("""{"id": "a-runtime", "runtimeInput": {"password": "x"}, "autoRecreate": false}""", "authSession.autoRecreate")]
    [InlineData("""{"id": "a-runtime"}""", "authSession.runtimeInput")]
    [InlineData("""{"id": "a-runtime", "autoRecreate": false}""", "authSession.autoRecreate")]
    [InlineData("""{"id": "main-session", "runtimeInput": {"password": "x"}}""", "authSession.runtimeInput")]
    [InlineData("""{"id": "a-recorder"}""", "authSession.autoRecreate")]
    [InlineData("""{"id": "a-recorder", "runtimeInput": {"password": "x"}}""", "authSession.runtimeInput")]
    [InlineData("""{"id": "of-another-project"}""", "authSession.id")]
    [InlineData("""{"id": "no-such-session"}""", "authSession.id")]
    [InlineData("""{"id": "no"}""", "authSession.id")]
    [InlineData("""{"checkAttempts": 1}""", "authSession.id")]
    [InlineData("null", "authSession")]
    public async Task A_start_that_a_type_forbids_is_refused_with_the_field(string authSession, string field)
    {
        var refused = await StartRefusedAsync(JsonNode.Parse(authSession), HttpStatusCode.BadRequest);

        Assert.Equal("bad-request", Text(refused, "code"));
        Assert.Contains(refused["details"]!.AsArray(), d => Text(d!, "path") == field);
        Assert.Empty(_host.Engine.Requests);
    }

    [Theory]
    [InlineData("a-recorder")]
    [InlineData("a-runtime")]
    public async Task Only_sessions_with_credentials_are_updated_and_the_type_never_changes(string id)
    {
        foreach (var path in new[] { $"/auth-sessions/{id}/update", "/auth-sessions/create" })
        {
            var body = new JsonObject { ["id"] = id, ["parameters"] = new JsonObject { ["password"] = FlowHost.Secret } };
            var refused = await _host.SendAsync(HttpMethod.Post, path, body, HttpStatusCode.BadRequest);
            Assert.Equal("parameters", Text(refused["details"]![0]!, "path"));
        }

        Assert.Equal(id == "a-recorder" ? "RECORDER" : "RUNTIME", Text(await _host.GetAsync($"/auth-sessions/{id}"), "type"));
    }

    [Fact]
    public async Task A_recorder_session_is_validated_by_checks_alone()
    {
        await AddAsync(_host.ProjectId, "recorded", AuthSessionType.Recorder);
        var session = (await Store.FindAsync(_host.ProjectId, "recorded", default))!;
        await Store.PromoteAsync(session, "by-hand", await Store.AddCandidateAsync(session, "by-hand", ScriptedEngine.State, default), default);
        var refused = await _host.SendAsync(HttpMethod.Post, "/auth-sessions/recorded/validate/start", new JsonObject(), HttpStatusCode.BadRequest);
        Assert.Equal("autoRecreate", Text(refused["details"]![0]!, "path"));

        Assert.Equal("done", Text(await ValidateAsync("recorded"), "status"));
        Assert.Equal("READY", await _host.SessionStatusAsync("recorded"));
        _host.Engine.Forget();
        _host.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var failed = await ValidateAsync("recorded");

        Assert.Equal("check-attempts-failed", Text(failed["error"]!, "code"));
        Assert.Equal("auth", Text(failed["error"]!, "category"));
        Assert.Equal((3, 0), (_host.Engine.Count(FunctionKind.Check), _host.Engine.Count(FunctionKind.Create)));
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync("recorded"));
    }

    [Fact]
    public async Task A_session_without_a_login_is_not_ready_for_a_Run_that_may_not_log_in()
    {
        var refused = await StartRefusedAsync(new JsonObject { ["id"] = "a-recorder", ["autoRecreate"] = false }, HttpStatusCode.Conflict);

        Assert.Equal("auth-session-not-ready", Text(refused, "code"));
        Assert.Equal("user", Text(refused, "category"));
    }

    [Fact]
    public async Task A_session_that_a_Run_uses_is_not_deleted()
    {
        await _host.LogInAsync("in-use");
        var gate = new TaskCompletionSource();
        _host.Engine.Api = async (_, token) =>
        {
            await gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var id = await _host.StartRunAsync(new JsonObject { ["id"] = "in-use" });
        await Eventually.TrueAsync(() => _host.Engine.Count(FunctionKind.Api) == 1);
        var refused = await _host.SendAsync(HttpMethod.Delete, "/auth-sessions/in-use", expected: HttpStatusCode.Conflict);

        Assert.Equal("auth-session-already-in-use", Text(refused, "code"));
        Assert.Contains(id, Text(refused, "message"), StringComparison.Ordinal);
        gate.SetResult();
        await _host.EndAsync(id);
        using var deleted = await _host.Client.DeleteAsync($"{_host.Path}/auth-sessions/in-use");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static JsonObject Runtime(string? id, string password = FlowHost.Secret)
    {
        var authSession = new JsonObject { ["runtimeInput"] = new JsonObject { ["password"] = password }, ["checkAttempts"] = 1 };
        if (id is not null)
        {
            authSession["id"] = id;
        }

        return authSession;
    }

    private async Task<JsonObject> RunAsync(JsonObject authSession) => await _host.EndAsync(await _host.StartRunAsync(authSession));

    /// <returns>Null while another Run logs in.</returns>
    private async Task<string?> TryStartAsync(JsonObject authSession)
    {
        try
        {
            return await _host.StartRunAsync(authSession);
        }
        catch (Xunit.Sdk.TrueException refused) when (refused.Message.Contains("auth-session-already-in-use", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private Task<JsonObject> StartRefusedAsync(JsonNode? authSession, HttpStatusCode expected)
    {
        var body = new JsonObject { ["api"] = "hello", ["parameters"] = new JsonObject(), ["authSession"] = authSession };
        return _host.SendAsync(HttpMethod.Post, "/run/start", body, expected);
    }

    private async Task<JsonObject> ValidateAsync(string id)
    {
        var body = new JsonObject { ["autoRecreate"] = false };
        var started = await _host.SendAsync(HttpMethod.Post, $"/auth-sessions/{id}/validate/start", body, HttpStatusCode.Created);
        return await _host.OperationAsync($"/auth-sessions/{id}/validate/{started["operationId"]}/result");
    }

    private async Task AddAllTypesAsync()
    {
        await _host.LogInAsync();
        await AddAsync(_host.ProjectId, "a-runtime", AuthSessionType.Runtime);
        await AddAsync(_host.ProjectId, "a-recorder", AuthSessionType.Recorder);
        var other = new Project
        {
            Id = Guid.NewGuid(),
            WorkspaceId = _host.App.WorkspaceId,
            Name = "other",
            Language = ProjectLanguages.TypeScript,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var db = await _host.OpenDatabaseAsync();
        db.Add(other);
        await db.SaveChangesAsync();
        await AddAsync(other.Id, "of-another-project", AuthSessionType.Credentials);
    }

    private Task<AuthSession> AddAsync(Guid projectId, string id, AuthSessionType type) => Store.AddAsync(
        projectId, id, type, AuthSessionSource.Api, parametersJson: null, proxy: null, lockedByRunId: null, CancellationToken.None);
}
