using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Every error carries its code, category, whether trying again helps, and an id that is also in the log.</summary>
public sealed class RunErrorTests(SharedFlowHost shared) : IClassFixture<SharedFlowHost>, IAsyncLifetime
{
    private readonly FlowHost _host = shared.Host;
    private readonly string _session = $"session-{Guid.NewGuid():N}";

    public Task InitializeAsync()
    {
        _host.Engine.Reset();
        return _host.LogInAsync(_session);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("script-execution-exception", "execution", false)]
    [InlineData("script-timeout", "execution", false)]
    [InlineData("script-no-valid-output-received", "execution", false)]
    [InlineData("result-too-big-error", "execution", false)]
    [InlineData("script-unexpected-error", "infrastructure", true)]
    [InlineData("script-process-crashed", "infrastructure", true)]
    public async Task An_attempts_error_is_complete_and_found_in_the_log(string code, string category, bool retirable)
    {
        _host.Engine.Api = (_, _) => Task.FromResult(new ExecutionFinished
        {
            Outcome = ExecutionOutcome.Failed,
            Error = new ExecutionError { Code = code, Message = "What happened." },
        });
        var run = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = _session }, attempts: 1));

        var error = run["attempts"]![0]!["error"]!;
        AssertError(error, code, category, retirable);
        Assert.Equal("What happened.", Text(error, "message"));
        AssertError(run["error"]!, "api-attempts-failed", "execution", retirable: false);
        Assert.Equal("The attempt failed. What happened.", Text(run["error"]!, "message"));
        Assert.Equal(1, run["error"]!["details"]!["attempts_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_errors_of_a_validation_are_of_the_category_auth()
    {
        _host.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        var canceled = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = _session, ["autoRecreate"] = false }));

        var validation = await _host.ValidateRunOfAsync(canceled);
        AssertError(validation["attempts"]![0]!["error"]!, "auth-check-failed", "auth", retirable: false);
        AssertError(validation["error"]!, "check-attempts-failed", "auth", retirable: false);
        Assert.Equal("auth-session-validate-dependency-failed", Text(canceled["reason"]!, "type"));
    }

    [Fact]
    public async Task A_create_that_leaves_nothing_to_keep_is_a_failed_attempt()
    {
        _host.Engine.CreatedState = """{"cookies":[],"origins":[],"sessionStorage":[]}""";
        var result = await _host.CreateSessionAsync("empty-login", createAttempts: 2);

        AssertError(result["error"]!, "create-attempts-failed", "auth", retirable: false);
        var runs = await _host.GetAsync("/runs?type=AuthSession:Create");
        var run = await _host.GetAsync($"/runs/{Text(runs["runs"]![0]!, "runId")}");
        Assert.Equal(["create", "create"], run["attempts"]!.AsArray().Select(a => Text(a!, "kind")));
        Assert.All(run["attempts"]!.AsArray(), a => AssertError(a!["error"]!, "script-no-valid-output-received", "execution", retirable: false));
    }

    [Fact]
    public async Task Runs_that_wait_while_another_fails_to_log_in_do_not_try_again()
    {
        const int Together = 6;
        _host.Engine.Check = async (_, _) =>
        {
            await Eventually.TrueAsync(() => _host.Engine.Count(FunctionKind.Check) >= Together);
            return await ScriptedEngine.SayNo();
        };
        _host.Engine.Create = (_, _) => ScriptedEngine.Throw("Wrong password");
        var ids = await Task.WhenAll(Enumerable.Range(0, Together).Select(
            _ => _host.StartRunAsync(new JsonObject { ["id"] = _session, ["checkAttempts"] = 1 })));
        var runs = await Task.WhenAll(ids.Select(_host.EndAsync));

        Assert.Equal(3, _host.Engine.Count(FunctionKind.Create));
        Assert.All(runs, run => Assert.Equal("auth-session-validate-dependency-failed", Text(run["reason"]!, "type")));
        Assert.Equal(Together - 1, runs.Count(r => Text(r["reason"]!, "message").Contains("has just failed to log in", StringComparison.Ordinal)));
        Assert.All(await Task.WhenAll(runs.Select(r => _host.ValidateRunOfAsync(r))), v => Assert.Equal("create-attempts-failed", Text(v["error"]!, "code")));
    }

    [Fact]
    public async Task A_fault_of_the_platform_ends_everything_it_had_begun()
    {
        _host.Engine.Check = (_, _) => throw new InvalidOperationException("a defect with a-secret-detail");
        var run = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = _session }));

        Assert.Equal("auth-session-validate-dependency-failed", Text(run["reason"]!, "type"));
        var validation = await _host.ValidateRunOfAsync(run);
        AssertError(validation["error"]!, "internal-server-error", "infrastructure", retirable: true);
        Assert.DoesNotContain("a-secret-detail", validation.ToJsonString() + run.ToJsonString(), StringComparison.Ordinal);
        Assert.All(validation["attempts"]!.AsArray(), a => Assert.NotNull(a!["finishedAt"]));
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private void AssertError(JsonNode error, string code, string category, bool retirable)
    {
        Assert.Equal((code, category, retirable), (Text(error, "code"), Text(error, "category"), error["retirable"]!.GetValue<bool>()));
        Assert.Contains(Text(error, "correlation_id"), _host.App.Log, StringComparison.Ordinal);
    }
}
