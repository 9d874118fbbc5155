using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Scheduling;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Queueing, stopping and starting again: what was accepted goes on, and nothing stays held.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new();
    private FlowHost? _host;

    private FlowHost Host => _host!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [DataFact]
    public async Task People_go_before_programs_and_programs_before_jobs_and_equals_in_their_order()
    {
        await StartAsync(slots: 1, authSessions: false);
        Host.Engine.Api = async (_, token) =>
        {
            await _gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var first = await QueueAsync(RunPriority.Job);
        await Eventually.TrueAsync(() => Host.Engine.Count(FunctionKind.Api) == 1);
        var job = await QueueAsync(RunPriority.Job);
        var program = await QueueAsync(RunPriority.Api);
        var next = await QueueAsync(RunPriority.Api);
        var person = await QueueAsync(RunPriority.Person);
        _gate.SetResult();
        await Host.EndAsync(job);

        Assert.Equal([first, person, program, next, job], Host.Engine.Requests.Select(r => r.RunId!));
    }

    [DataFact]
    public async Task A_Run_whose_trigger_was_lost_is_queued_again()
    {
        await StartAsync(authSessions: false);
        var id = await QueueAsync(RunPriority.Api);
        await Host.EndAsync(id);
        await using (var db = await Host.OpenDatabaseAsync())
        {
            var run = db.Set<Run>().Single();
            db.Add(run with { Seq = 0, Id = "lost-its-trigger-0000", Status = RunStatus.Pending, StartedAt = null, FinishedAt = null, AttemptCount = 0 });
            db.Add(new RunData { RunId = "lost-its-trigger-0000", OptionsJson = "{}", ParametersJson = "{}" });
            await db.SaveChangesAsync();
        }

        var sweeper = Host.App.Services.GetServices<IHostedService>().OfType<RunSweeper>().Single();
        Assert.Equal(1, await sweeper.SweepAsync(default));
        Assert.Equal("completed", Text(await Host.EndAsync("lost-its-trigger-0000"), "status"));
    }

    [DataFact]
    public async Task A_login_that_a_stop_interrupts_goes_on_after_the_start_and_holds_its_session_again()
    {
        await StartAsync();
        await Host.LogInAsync();
        Host.Engine.Create = WaitAsync;
        var started = await Host.SendAsync(HttpMethod.Post, "/auth-sessions/main-session/update", new JsonObject(), HttpStatusCode.Created);
        await Eventually.TrueAsync(() => Host.Engine.Count(FunctionKind.Create) == 1);
        await Host.RestartAsync();
        await Eventually.TrueAsync(() => Host.Engine.Count(FunctionKind.Create) == 2);

        var details = await Host.GetAsync("/auth-sessions/main-session/details");
        Assert.Equal("PENDING", Text(details, "status"));
        Assert.Equal(Text(started, "operationId"), Text(details["lockedBy"]!, "runId"));
        _gate.SetResult();
        var done = await Host.OperationAsync($"/auth-sessions/main-session/update/{started["operationId"]}/result");
        Assert.Equal("done", Text(done, "status"));
        details = await Host.GetAsync("/auth-sessions/main-session/details");
        Assert.Equal("READY", Text(details, "status"));
        Assert.False(details.ContainsKey("lockedBy"));
    }

    [DataFact]
    public async Task A_Run_that_a_stop_interrupts_goes_on_with_its_next_attempt_and_a_validation_of_its_own()
    {
        await StartAsync();
        await Host.LogInAsync();
        Host.Engine.Check = WaitAsync;
        var id = await Host.StartRunAsync(new JsonObject { ["id"] = "main-session" });
        await Eventually.TrueAsync(() => Host.Engine.Count(FunctionKind.Check) == 1);
        await Host.RestartAsync();
        _gate.SetResult();
        var run = await Host.EndAsync(id);

        Assert.Equal("completed", Text(run, "status"));
        Assert.Equal(["failed", "completed"], run["attempts"]!.AsArray().Select(a => Text(a!, "status")));
        var interrupted = await Host.ValidateRunOfAsync(run);
        Assert.Equal("failed", Text(interrupted, "status"));
        Assert.Equal("script-process-crashed", Text(interrupted["error"]!, "code"));
        Assert.True(interrupted["error"]!["retirable"]!.GetValue<bool>());
        Assert.Equal("READY", await Host.SessionStatusAsync("main-session"));
    }

    [DataFact]
    public async Task A_session_that_was_locked_for_a_Run_nobody_wrote_is_free_after_a_start()
    {
        await StartAsync();
        var store = Host.App.Services.GetRequiredService<AuthSessionStore>();
        await store.AddAsync(
            Host.ProjectId, "half-made", AuthSessionType.Credentials, AuthSessionSource.Api, "{}", proxy: null, "never-written", default);
        await Host.RestartAsync();

        var details = await Host.GetAsync("/auth-sessions/half-made/details");
        Assert.Equal("EXPIRED", Text(details, "status"));
        Assert.False(details.ContainsKey("lockedBy"));
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private async Task StartAsync(int slots = 2, bool authSessions = true) => _host = await FlowHost.StartAsync(
        authSessions,
        new Dictionary<string, string> { ["Node:BrowserSlots"] = $"{slots}", ["Node:DrainTimeout"] = "00:00:00.2" });

    private Task<string> QueueAsync(RunPriority priority) => Host.App.Services.GetRequiredService<IRunCommands>().StartAsync(
        Actor.System, Host.ProjectId, new StartRun { Api = "hello", ParametersJson = "{}", Priority = priority }, default);

    private async Task<ExecutionFinished> WaitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        await _gate.Task.WaitAsync(cancellationToken);
        return await ScriptedEngine.Succeed();
    }
}
