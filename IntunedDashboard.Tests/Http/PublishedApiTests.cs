using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Http;

/// <summary>
/// Operations 1 to 11 of the published API as clients send them, with the answers held against a file of schemas that was written from
/// the contract and not from our types.
/// </summary>
public sealed class PublishedApiTests(PublishedApiTests.Host fixture) : IClassFixture<PublishedApiTests.Host>
{
    internal static readonly JsonObject Answers =
        JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "IntunedDashboard.Tests", "Http", "published-answers.json")))!.AsObject();

    private FlowHost Flow => fixture.Flow;

    [Fact]
    public async Task A_run_is_started_and_its_result_has_every_published_form()
    {
        var session = await Flow.LogInAsync("published-run");
        Flow.Engine.Api = async (_, token) =>
        {
            await fixture.Gate.WaitAsync(token);
            return new ExecutionFinished
            {
                Outcome = ExecutionOutcome.Succeeded,
                ResultJson = "null",
                ExtendedPayloads = [new ExtendedPayload("hello", """{"page":2}""")],
            };
        };
        var completed = await StartAsync(session);
        await Eventually.GetAsync(() => ResultAsync(completed), r => Text(r, "status") == "started");
        fixture.Gate.Release();
        var result = await FinalAsync(completed);
        Assert.Equal("completed", Text(result, "status"));
        Assert.True(result.ContainsKey("result"));
        Assert.Null(result["result"]);
        Assert.Equal("""[{"api":"hello","parameters":{"page":2}}]""", result["extendedPayloads"]!.ToJsonString());

        Flow.Engine.Api = (_, _) => ScriptedEngine.Throw("The page changed.");
        var failed = await FinalAsync(await StartAsync(session));
        Assert.Equal("failed", Text(failed, "status"));
        Assert.NotNull(failed["error"]);

        Flow.Engine.Api = (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => new ExecutionFinished { Outcome = ExecutionOutcome.Canceled }, TaskScheduler.Default);
        var canceled = await StartAsync(session);
        await Eventually.GetAsync(() => ResultAsync(canceled), r => Text(r, "status") == "started");
        await Flow.SendAsync(HttpMethod.Post, $"/runs/{canceled}/cancel");
        var stopped = await FinalAsync(canceled);
        Assert.Equal("canceled", Text(stopped, "status"));
        Assert.NotNull(stopped["reason"]);
    }

    [Fact]
    public async Task Sessions_are_made_listed_updated_validated_and_deleted()
    {
        const string Id = "published-session";
        var created = await AskAsync(HttpMethod.Post, "/auth-sessions/create", $$$"""
            {"id":"{{{Id}}}","parameters":{"username":"john.doe","password":"password"},"proxy":null,"createAttempts":3,"checkAttempts":3,"saveTrace":true,"requestTimeout":60000}
            """, HttpStatusCode.Created, "CreateOrUpdateAuthSessionStart");
        Assert.Equal("done", Text(await OperationAsync($"/auth-sessions/create/{created["operationId"]}/result", "createAuthSessionResult"), "status"));

        await AskAsync(HttpMethod.Get, "/auth-sessions", null, HttpStatusCode.OK, "getAuthSessions");
        await AskAsync(HttpMethod.Get, $"/auth-sessions/{Id}", null, HttpStatusCode.OK, "getAuthSession");

        var updated = await AskAsync(
            HttpMethod.Post, $"/auth-sessions/{Id}/update", """{"parameters":{"username":"john.doe","password":"newPassword"}}""", HttpStatusCode.Created, "UpdateAuthSessionStart");
        Assert.Equal("done", Text(await OperationAsync($"/auth-sessions/{Id}/update/{updated["operationId"]}/result", "updateAuthSessionResult"), "status"));

        Flow.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var validated = await AskAsync(
            HttpMethod.Post, $"/auth-sessions/{Id}/validate/start", """{"autoRecreate":false,"checkAttempts":1}""", HttpStatusCode.Created, "ValidateAuthSessionStart");
        var result = await OperationAsync($"/auth-sessions/{Id}/validate/{validated["operationId"]}/result", "validateAuthSessionResult");
        Assert.Equal("failed", Text(result, "status"));
        Flow.Engine.Check = (_, _) => ScriptedEngine.Succeed();

        using var deleted = await Flow.Client.DeleteAsync($"{Flow.Path}/auth-sessions/{Id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await deleted.Content.ReadAsStringAsync());
        await AskAsync(HttpMethod.Get, $"/auth-sessions/{Id}", null, HttpStatusCode.NotFound, "error");
    }

    [Theory]
    [InlineData("POST", "/run/start", "{}", 400, "api,parameters")]
    [InlineData("POST", "/run/start", """{"api":1,"parameters":[],"proxy":5,"saveTrace":"yes","requestTimeout":1.5,"retry":{"maximumAttempts":0},"authSession":{"checkAttempts":"3"}}""", 400,
        "authSession.id,api,parameters,proxy,saveTrace,requestTimeout,retry.maximumAttempts,authSession.checkAttempts")]
    [InlineData("POST", "/run/start", """{"api":"nothing","parameters":{}}""", 400, "api,authSession")]
    [InlineData("POST", "/run/start", """{"api":"hello","parameters":{},"authSession":{"id":"unknown-session"}}""", 400, "authSession.id")]
    [InlineData("GET", "/run/unknown/result", null, 404, "")]
    [InlineData("GET", "/run/unknown/result?wait=61", null, 400, "wait")]
    [InlineData("GET", "/auth-sessions/unknown", null, 404, "")]
    [InlineData("DELETE", "/auth-sessions/unknown", null, 404, "")]
    [InlineData("POST", "/auth-sessions/create", """{"id":"x","proxy":"no proxy"}""", 400, "parameters,proxy")]
    [InlineData("POST", "/auth-sessions/create", """{"id":"a b","parameters":{}}""", 400, "id")]
    [InlineData("GET", "/auth-sessions/create/unknown/result", null, 404, "")]
    [InlineData("POST", "/auth-sessions/unknown/update", """{"parameters":{}}""", 404, "")]
    [InlineData("GET", "/auth-sessions/unknown/update/unknown/result", null, 404, "")]
    [InlineData("POST", "/auth-sessions/unknown/validate/start", "{}", 404, "")]
    [InlineData("POST", "/auth-sessions/unknown/validate/start", """{"autoRecreate":1,"checkAttempts":0,"createAttempts":21,"requestTimeout":0}""", 400,
        "autoRecreate,checkAttempts,createAttempts,requestTimeout")]
    [InlineData("GET", "/auth-sessions/unknown/validate/unknown/result", null, 404, "")]
    public async Task A_refusal_has_the_published_form_and_names_every_field(string method, string path, string? body, int status, string fields)
    {
        var error = await AskAsync(new HttpMethod(method), path, body, (HttpStatusCode)status, "error");
        Assert.Equal(status == 404 ? "not-found" : "bad-request", Text(error, "code"));
        var named = (error["details"] as JsonArray ?? []).Select(d => d!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        Assert.Equal(fields.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), named);
    }

    [Fact]
    public async Task A_session_in_use_is_a_conflict()
    {
        await Flow.LogInAsync("published-busy");
        Flow.Engine.Create = async (_, token) =>
        {
            await fixture.Gate.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var update = await AskAsync(HttpMethod.Post, "/auth-sessions/published-busy/update", """{"parameters":{"username":"a"}}""", HttpStatusCode.Created, "UpdateAuthSessionStart");
        foreach (var (path, body) in new[]
        {
            ("/run/start", """{"api":"hello","parameters":{},"authSession":{"id":"published-busy"}}"""),
            ("/auth-sessions/published-busy/update", "{}"),
            ("/auth-sessions/published-busy/validate/start", "{}"),
            ("/auth-sessions/create", """{"id":"published-busy","parameters":{}}"""),
        })
        {
            var error = await AskAsync(HttpMethod.Post, path, body, HttpStatusCode.Conflict, "error");
            Assert.Equal("auth-session-already-in-use", Text(error, "code"));
        }

        await AskAsync(HttpMethod.Delete, "/auth-sessions/published-busy", null, HttpStatusCode.Conflict, "error");
        fixture.Gate.Release();
        await OperationAsync($"/auth-sessions/published-busy/update/{update["operationId"]}/result", "updateAuthSessionResult");
        Flow.Engine.Create = (_, _) => ScriptedEngine.Succeed();
    }

    [Fact]
    public async Task An_id_of_two_dots_never_deletes_the_project()
    {
        // Clients resolve the dots before they send: what arrives is the project's own address with a slash.
        using var client = await Flow.App.CreateApiClientAsync();
        using var response = await client.DeleteAsync($"{Flow.Path}/auth-sessions/..");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await AskAsync(HttpMethod.Get, "/auth-sessions", null, HttpStatusCode.OK, "getAuthSessions");
    }

    private async Task<string> StartAsync(string session)
    {
        var body = $$$"""{"parameters":{},"saveTrace":true,"requestTimeout":600,"retry":{"maximumAttempts":1},"authSession":{"id":"{{{session}}}","autoRecreate":true,"checkAttempts":3,"createAttempts":3,"requestTimeout":600,"proxy":null},"api":"hello","unknown":true}""";
        return Text(await AskAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created, "runApiStart"), "runId");
    }

    private async Task<JsonObject> ResultAsync(string runId) => await AskAsync(HttpMethod.Get, $"/run/{runId}/result", null, HttpStatusCode.OK, "runApiResult");

    private Task<JsonObject> FinalAsync(string runId) => Eventually.GetAsync(() => ResultAsync(runId), r => Text(r, "status") is "completed" or "failed" or "canceled");

    private Task<JsonObject> OperationAsync(string path, string operation) => Eventually.GetAsync(
        () => AskAsync(HttpMethod.Get, path, null, HttpStatusCode.OK, operation), r => Text(r, "status") is "done" or "failed" or "canceled");

    /// <summary>Sends it as the public client does, with an empty cookie header.</summary>
    internal static async Task<JsonObject> AskAsync(HttpClient client, HttpMethod method, string path, string? body, HttpStatusCode status, string shape)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("cookie", string.Empty);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var answer = JsonNode.Parse(text)!;
        Assert.Empty(new JsonShape(Answers).Faults(answer, Answers[shape]!.AsObject()));
        return answer as JsonObject ?? [];
    }

    private Task<JsonObject> AskAsync(HttpMethod method, string path, string? body, HttpStatusCode status, string shape) =>
        AskAsync(Flow.Client, method, Flow.Path + path, body, status, shape);

    private static string Text(JsonObject answer, string name) => answer[name]!.GetValue<string>();

    public sealed class Host : IAsyncLifetime
    {
        public FlowHost Flow { get; private set; } = null!;

        public SemaphoreSlim Gate { get; } = new(0);

        public async Task InitializeAsync() => Flow = await FlowHost.StartAsync();

        public async Task DisposeAsync()
        {
            await Flow.DisposeAsync();
            Gate.Dispose();
        }
    }
}
