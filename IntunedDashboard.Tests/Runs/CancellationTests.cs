using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>A Run can be canceled at any moment of its life. Each time it ends at once, and nothing stays held.</summary>
public sealed class CancellationTests : IAsyncLifetime
{
    private const string Session = "main-session";

    private readonly TaskCompletionSource _gate = new();
    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    public async Task InitializeAsync()
    {
        _host = await FlowHost.StartAsync(settings: new Dictionary<string, string> { ["Node:BrowserSlots"] = "2" });
        await _host.LogInAsync();
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        await _host.DisposeAsync();
    }

    [DataFact]
    public async Task While_it_waits_in_the_queue()
    {
        Engine.Api = WaitAsync;
        string[] running = [await StartAsync(), await StartAsync()];
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 2);
        var queued = await StartAsync();

        var answer = await _host.SendAsync(HttpMethod.Post, $"/runs/{queued}/cancel");
        Assert.Equal("canceled", Text(answer, "status"));
        _gate.SetResult();
        foreach (var id in running)
        {
            Assert.Equal("completed", Text(await _host.EndAsync(id), "status"));
        }

        await AssertCanceledAsync(queued);
        Assert.Equal(2, Engine.Count(FunctionKind.Api));
    }

    [DataFact]
    public async Task While_it_waits_for_a_browser()
    {
        Engine.Leasing = token => _gate.Task.WaitAsync(token);
        var id = await StartAsync();
        await StartedAsync(id);

        await AssertCanceledAsync(id, cancel: true);
        Assert.Empty(Engine.Requests);
    }

    [DataFact]
    public async Task While_its_session_is_checked()
    {
        Engine.Check = WaitAsync;
        var id = await StartAsync();
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) == 1);

        var run = await AssertCanceledAsync(id, cancel: true);
        await AssertValidationAsync(run, "canceled", "canceled");
        Assert.Equal("READY", await _host.SessionStatusAsync(Session));
    }

    [DataFact]
    public async Task While_it_logs_in_again()
    {
        Engine.Check = (_, _) => ScriptedEngine.SayNo();
        Engine.Create = WaitAsync;
        var id = await StartAsync();
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Create) == 1);

        var run = await AssertCanceledAsync(id, cancel: true);
        await AssertValidationAsync(run, "canceled", "failed", "failed", "failed", "canceled");
    }

    [DataFact]
    public async Task While_it_waits_for_another_Run_to_log_in()
    {
        var expired = true;
        Engine.Check = async (_, token) =>
        {
            await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) >= 2 || !expired);
            token.ThrowIfCancellationRequested();
            return await (expired ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed());
        };
        Engine.Create = async (request, token) =>
        {
            await WaitAsync(request, token);
            expired = false;
            return await ScriptedEngine.Succeed();
        };
        var authSession = new JsonObject { ["id"] = Session, ["checkAttempts"] = 1 };
        string[] ids = await Task.WhenAll(_host.StartRunAsync(authSession), _host.StartRunAsync((JsonObject)authSession.DeepClone()));
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Create) == 1);
        var holder = Text((await _host.GetAsync($"/auth-sessions/{Session}/details"))["lockedBy"]!, "runId");
        var first = Text((await _host.GetAsync($"/runs/{holder}"))["dependencyOf"]!, "runId");
        var waiting = ids.Single(id => id != first);

        await _host.SendAsync(HttpMethod.Post, $"/runs/{waiting}/cancel");
        Assert.Equal("canceled", Text(await _host.EndAsync(waiting), "status"));
        _gate.SetResult();
        Assert.Equal("completed", Text(await _host.EndAsync(first), "status"));
        await AssertCanceledAsync(waiting);
        Assert.Equal(1, Engine.Count(FunctionKind.Create));
    }

    [DataFact]
    public async Task While_its_api_executes()
    {
        Engine.Api = WaitAsync;
        var id = await StartAsync();
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);

        var run = await AssertCanceledAsync(id, cancel: true);
        await AssertValidationAsync(run, "completed", "completed");
    }

    [DataFact]
    public async Task Canceling_the_validation_alone_leaves_the_api_without_its_dependency()
    {
        Engine.Check = WaitAsync;
        var id = await StartAsync();
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) == 1);
        var validation = Text((await _host.GetAsync($"/runs/{id}"))["attempts"]![0]!, "validateRunId");
        await _host.SendAsync(HttpMethod.Post, $"/runs/{validation}/cancel");

        var run = await _host.EndAsync(id);
        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal("auth-session-validate-dependency-failed", Text(run["reason"]!, "type"));
        Assert.Equal("cancelled-user-action", Text((await _host.GetAsync($"/runs/{validation}"))["reason"]!, "type"));
        Assert.Equal(0, Engine.Count(FunctionKind.Api));
    }

    [Theory]
    [InlineData("waiting for a browser")]
    [InlineData("create")]
    [InlineData("check")]
    public async Task An_update_leaves_its_session_expired_and_free(string moment)
    {
        switch (moment)
        {
            case "create":
                Engine.Create = WaitAsync;
                break;
            case "check":
                Engine.Check = WaitAsync;
                break;
            default:
                Engine.Leasing = token => _gate.Task.WaitAsync(token);
                break;
        }

        var started = await _host.SendAsync(HttpMethod.Post, $"/auth-sessions/{Session}/update", new JsonObject(), HttpStatusCode.Created);
        var id = Text(started, "operationId");
        await StartedAsync(id);
        await Eventually.TrueAsync(() => moment switch
        {
            "create" => Engine.Count(FunctionKind.Create) == 1,
            "check" => Engine.Count(FunctionKind.Check) == 1,
            _ => true,
        });

        await AssertCanceledAsync(id, cancel: true);
        var result = await _host.GetAsync($"/auth-sessions/{Session}/update/{id}/result");
        Assert.Equal("canceled", Text(result, "status"));
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync(Session));
    }

    [DataFact]
    public async Task A_finished_Run_stays_as_it_is()
    {
        var id = await StartAsync();
        await _host.EndAsync(id);
        var answer = await _host.SendAsync(HttpMethod.Post, $"/runs/{id}/cancel");

        Assert.Equal("completed", Text(answer, "status"));
        Assert.False((await _host.GetAsync($"/runs/{id}")).ContainsKey("reason"));
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private Task<string> StartAsync() => _host.StartRunAsync(new JsonObject { ["id"] = Session });

    private Task<JsonObject> StartedAsync(string id) => Eventually.GetAsync(() => _host.GetAsync($"/runs/{id}"), run => Text(run, "status") == "started");

    private async Task<ExecutionFinished> WaitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        await _gate.Task.WaitAsync(cancellationToken);
        return await ScriptedEngine.Succeed();
    }

    private async Task<JsonObject> AssertCanceledAsync(string id, bool cancel = false)
    {
        if (cancel)
        {
            await _host.SendAsync(HttpMethod.Post, $"/runs/{id}/cancel");
        }

        var run = await _host.EndAsync(id);
        Assert.Equal("canceled", Text(run, "status"));
        Assert.Equal("cancelled-user-action", Text(run["reason"]!, "type"));
        Assert.All(run["attempts"]!.AsArray(), attempt => Assert.NotNull(attempt!["finishedAt"]));
        Assert.False((await _host.GetAsync($"/auth-sessions/{Session}/details")).ContainsKey("lockedBy"));
        await Eventually.TrueAsync(() => Engine.OpenLeases == 0);
        return run;
    }

    private async Task AssertValidationAsync(JsonObject run, string status, params string[] attempts)
    {
        var validation = await _host.ValidateRunOfAsync(run);
        Assert.Equal(status, Text(validation, "status"));
        Assert.Equal(attempts, validation["attempts"]!.AsArray().Select(a => Text(a!, "status")));
        Assert.Equal("canceled", Text(run["attempts"]![0]!, "status"));
    }
}
