using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Notifications;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Notifications;

/// <summary>Who is told of what, how often, and until when.</summary>
public sealed class NotificationTests : IAsyncLifetime
{
    private FlowHost _host = null!;

    private ScriptedEngine Engine => _host.Engine;

    private AppHost App => _host.App;

    public async Task InitializeAsync() => _host = await NotificationHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [DataFact]
    public async Task A_session_that_many_Runs_find_expired_is_one_notification_until_it_is_logged_in_again()
    {
        await _host.LogInAsync("many-runs");
        await _host.LogInAsync("another");
        Engine.LoseLogins();
        var allCheck = new TaskCompletionSource();
        Engine.Check = async (_, token) =>
        {
            await allCheck.Task.WaitAsync(token);
            return await ScriptedEngine.SayNo();
        };
        var runs = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            runs.Add(await _host.StartRunAsync(new JsonObject { ["id"] = "many-runs" }, attempts: 1));
        }

        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Check) == 5);
        allCheck.SetResult();

        foreach (var run in runs)
        {
            Assert.Equal("canceled", Text(await _host.EndAsync(run), "status"));
        }

        var lost = Assert.Single(await App.NotificationsAsync());
        Assert.Equal((NeedKind.SessionNeedsAttention, "many-runs", "flow", null), (lost.Kind, lost.AuthSessionId, lost.Project, lost.ResolvedAt));
        Assert.StartsWith("AuthSession many-runs is expired. Logging in failed.", lost.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FlowHost.Secret, lost.Message, StringComparison.Ordinal);
        Assert.Equal("/projects/flow/auth-sessions/many-runs", lost.Path);

        // Neither a restart nor a repair that fails makes another.
        await _host.RestartAsync();
        Assert.Equal("failed", Text(await _host.UpdateSessionAsync("many-runs"), "status"));
        Assert.Equal(lost.Id, Assert.Single(await App.NotificationsAsync()).Id);

        Engine.Reset();
        Assert.Equal("done", Text(await _host.UpdateSessionAsync("many-runs"), "status"));
        Assert.NotNull(Assert.Single(await App.NotificationsAsync()).ResolvedAt);

        await _host.LoseSessionAsync("many-runs");
        var all = await App.NotificationsAsync();
        Assert.Equal([false, true], all.Select(n => n.ResolvedAt is not null));
    }

    [DataFact]
    public async Task A_check_that_passes_again_or_the_end_of_the_session_resolves_it()
    {
        await _host.LoseNewSessionAsync("comes-back");
        await _host.LoseNewSessionAsync("goes-away");
        Assert.Equal(2, (await App.NotificationsAsync()).Count(n => n.ResolvedAt is null));

        Engine.Reset();
        await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = "comes-back", ["autoRecreate"] = false }));
        Assert.Equal("goes-away", Assert.Single(await App.NotificationsAsync(), n => n.ResolvedAt is null).AuthSessionId);

        using var deleted = await _host.Client.DeleteAsync($"{_host.Path}/auth-sessions/goes-away");
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.DoesNotContain(await App.NotificationsAsync(), n => n.ResolvedAt is null);
    }

    [DataFact]
    public async Task Nobody_is_told_of_what_mends_itself_or_of_what_a_person_stopped()
    {
        // A JobRun logs in again when its Run finds the login lost.
        await _host.LogInAsync(Session);
        var lost = false;
        Engine.Api = (_, _) =>
        {
            lost = Engine.Count(FunctionKind.Api) == 1;
            return ScriptedEngine.Succeed();
        };
        Engine.Check = (_, _) => lost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed();
        Engine.Create = (_, _) =>
        {
            lost = false;
            return ScriptedEngine.Succeed();
        };
        Assert.Equal("SUCCESS", Text(await _host.RunJobAsync(Job("mends-itself", items: 3, Session, atOnce: 1)), "status"));

        // A login that somebody cancels.
        Engine.Reset();
        Engine.Create = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return await ScriptedEngine.Succeed();
        };
        var body = new JsonObject { ["id"] = "canceled", ["parameters"] = new JsonObject { ["username"] = "u", ["password"] = "p" } };
        var started = await _host.SendAsync(HttpMethod.Post, "/auth-sessions/create", body, System.Net.HttpStatusCode.Created);
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Create) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{started["operationId"]}/cancel");
        await _host.EndAsync(Text(started, "operationId"));
        Assert.Equal("EXPIRED", await _host.SessionStatusAsync("canceled"));

        Assert.Empty(await App.NotificationsAsync());
    }

    [DataFact]
    public async Task A_JobRun_that_had_to_pause_is_told_until_it_goes_on_or_ends()
    {
        var (job, jobRun) = await PauseAsync("paused-job");
        var told = Assert.Single(await App.OfAsync(NeedKind.JobRunPaused));
        Assert.Equal((job, jobRun, null), (told.JobId, told.JobRunId, told.ResolvedAt));
        Assert.Equal($"/projects/flow/jobs/{job}/runs/{jobRun}", told.Path);
        Assert.StartsWith("A JobRun of paused-job is paused. ", told.Message, StringComparison.Ordinal);
        Assert.Single(await App.OfAsync(NeedKind.SessionNeedsAttention));

        Engine.Reset();
        await _host.UpdateSessionAsync($"{job}-session");
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{job}/runs/{jobRun}/resume");
        Assert.NotNull(Assert.Single(await App.OfAsync(NeedKind.JobRunPaused)).ResolvedAt);
        Assert.Equal("SUCCESS", Text(await _host.JobRunAsync(job, jobRun, "SUCCESS"), "status"));

        (job, jobRun) = await PauseAsync("ended-job");
        await _host.SendAsync(HttpMethod.Post, $"/jobs/{job}/runs/{jobRun}/terminate");
        Assert.All(await App.OfAsync(NeedKind.JobRunPaused), n => Assert.NotNull(n.ResolvedAt));
        Assert.Equal(2, (await App.OfAsync(NeedKind.JobRunPaused)).Count);
    }

    [DataFact]
    public async Task A_JobRun_that_a_person_pauses_is_not_told()
    {
        using var gate = new Gate(Engine);
        await _host.LogInAsync(Session);
        await _host.CreateJobAsync(Job("by-hand", items: 3, Session, atOnce: 1));
        var jobRun = await _host.TriggerAsync("by-hand");
        await Eventually.TrueAsync(() => Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/by-hand/runs/{jobRun}/pause");
        gate.Open();
        await _host.JobRunAsync("by-hand", jobRun, "PAUSED");

        Assert.Empty(await App.NotificationsAsync());
    }

    [DataFact]
    public async Task A_question_is_told_until_it_is_answered_its_time_is_over_or_its_Run_has_ended()
    {
        await _host.LogInAsync("asking");
        Engine.Api = async (request, cancellationToken) =>
        {
            var question = new HumanQuestion("Enter the code of the letter.", [new HumanField("code", "Code", HumanFieldType.Code, [])], TimeSpan.FromMinutes(5));
            await request.Services!.AskPersonAsync(question, new WaitingAttempt(), cancellationToken);
            return await ScriptedEngine.Succeed();
        };

        var answered = await AskAsync();
        var told = Assert.Single(await App.NotificationsAsync());
        Assert.Equal((NeedKind.PersonNeeded, answered, null), (told.Kind, told.RunId, told.ResolvedAt));
        Assert.Equal("A Run waits for a person. Enter the code of the letter.", told.Message);
        Assert.Equal($"/projects/flow/runs/{answered}", told.Path);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{answered}/human-request/answer", JsonNode.Parse("""{"values":{"code":"12345"}}"""));
        Assert.NotNull(Assert.Single(await App.NotificationsAsync()).ResolvedAt);
        await _host.EndAsync(answered);

        var canceled = await AskAsync();
        await _host.SendAsync(HttpMethod.Post, $"/runs/{canceled}/cancel");
        await _host.EndAsync(canceled);
        Assert.Equal([true, true], (await App.NotificationsAsync()).Select(n => n.ResolvedAt is not null));

        // The server stops while somebody is asked; after the next start, the Run asks again.
        var interrupted = await AskAsync();
        await _host.RestartAsync();
        await Eventually.GetAsync(() => App.NotificationsAsync(), all => all.Count == 4 && all.Count(n => n.ResolvedAt is null) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{interrupted}/cancel");
        await _host.EndAsync(interrupted);
        Assert.DoesNotContain(await App.NotificationsAsync(), n => n.ResolvedAt is null);

        async Task<string> AskAsync()
        {
            var run = await _host.StartRunAsync(new JsonObject { ["id"] = "asking" }, attempts: 2);
            await Eventually.GetAsync(() => _host.GetAsync($"/runs/{run}"), r => r["waitsForPersonSince"] is not null);
            return run;
        }
    }

    [DataFact]
    public async Task They_are_paged_counted_and_marked_as_seen_by_an_operator()
    {
        var queries = App.Services.GetRequiredService<INotificationQueries>();
        var commands = App.Services.GetRequiredService<INotificationCommands>();
        var names = Enumerable.Range(1, 5).Select(i => $"session-{i}").ToList();
        foreach (var name in names)
        {
            await _host.LoseNewSessionAsync(name);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await queries.ListAsync(onlyOpen: true, 2, cursor, default);
            seen.AddRange(page.Notifications.Select(n => n.AuthSessionId!));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Reverse(names), seen);
        await Assert.ThrowsAsync<RequestException>(() => queries.ListAsync(onlyOpen: true, 2, "x", default));

        var first = (await queries.ListAsync(onlyOpen: true, 1, cursor: null, default)).Notifications[0];
        var viewer = new Actor("v", "viewer@example.test", Role.Viewer);
        var refusal = await Assert.ThrowsAsync<RequestException>(() => commands.MarkSeenAsync(viewer, first.Id, default));
        Assert.Equal(RequestFault.Forbidden, refusal.Fault);
        await commands.MarkSeenAsync(new Actor("o", "operator@example.test", Role.Operator), first.Id, default);
        var open = await queries.ReadOpenAsync(3, default);
        Assert.Equal((5, 4, 3), (open.Count, open.UnseenCount, open.Newest.Count));
        Assert.Equal("operator@example.test", open.Newest[0].SeenBy);
        await commands.MarkSeenAsync(Actor.System, id: null, default);
        open = await queries.ReadOpenAsync(3, default);
        Assert.Equal((5, 0), (open.Count, open.UnseenCount));
        Assert.Equal("operator@example.test", open.Newest[0].SeenBy);
    }

    private async Task<(string Job, string JobRun)> PauseAsync(string id)
    {
        Engine.Reset();
        var job = Job(id, items: 3, await _host.LogInAsync($"{id}-session"), atOnce: 1);
        Engine.Api = (_, _) =>
        {
            Engine.LoseLogins();
            return ScriptedEngine.Succeed();
        };
        var jobRun = await _host.RunJobAsync(job);
        Assert.Equal("PAUSED", Text(jobRun, "status"));
        return (id, Text(jobRun, "id"));
    }
}
