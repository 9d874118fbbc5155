using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Runs;

/// <summary>What ended long ago goes with all its files; what somebody still needs stays.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private readonly ShiftedTime _clock = new();
    private FlowHost _host = null!;

    public async Task InitializeAsync() => _host = await FlowHost.StartAsync(
        settings: new Dictionary<string, string> { ["Node:BrowserSlots"] = "4", ["Retention:Days"] = "30" }, clock: _clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [DataFact]
    public async Task Old_Runs_and_JobRuns_go_with_their_files_and_the_session_stays()
    {
        var session = await _host.LogInAsync();
        var old = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = session }));
        var validation = Text(await _host.ValidateRunOfAsync(old), "runId");
        var jobRun = await _host.RunJobAsync(Job("monthly", 3, session));
        var key = await SaveTraceAsync(Text(old, "runId"));
        _clock.Advance(TimeSpan.FromDays(29));
        await SweepAsync();
        Assert.Equal("completed", Text(await _host.GetAsync($"/runs/{Text(old, "runId")}"), "status"));

        _clock.Advance(TimeSpan.FromDays(2));
        var young = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = session }));
        var ofYoung = await SaveTraceAsync(Text(young, "runId"));
        await SweepAsync();

        await GoneAsync($"/runs/{Text(old, "runId")}");
        await GoneAsync($"/runs/{validation}");
        await GoneAsync($"/jobs/monthly/runs/{Text(jobRun, "id")}");
        Assert.Empty(await _host.RunsOfAsync(Text(jobRun, "id")));
        Assert.False(await IsKeptAsync(key));
        Assert.True(await IsKeptAsync(ofYoung));
        Assert.Equal(2, (await _host.GetAsync("/runs"))["runs"]!.AsArray().Count);
        Assert.Equal("READY", await _host.SessionStatusAsync(session));
        Assert.Equal("monthly", Text(await _host.GetAsync("/jobs/monthly"), "id"));
        await using var db = await _host.OpenDatabaseAsync();
        Assert.Equal(2, await db.Set<RunData>().CountAsync());
        Assert.DoesNotContain(await db.Set<Attempt>().Select(a => a.RunId).ToListAsync(), id => id == Text(old, "runId"));
    }

    [DataFact]
    public async Task Runs_of_a_paused_JobRun_and_those_not_delivered_stay_until_they_are_done()
    {
        var session = await _host.LogInAsync();
        using var gate = new Gate(_host.Engine);
        await _host.CreateJobAsync(Job("paused-long", 2, session, atOnce: 1));
        var jobRun = await _host.TriggerAsync("paused-long");
        await Eventually.TrueAsync(() => _host.Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/paused-long/runs/{jobRun}/pause");
        gate.Open();
        await _host.JobRunAsync("paused-long", jobRun, "PAUSED");
        var undelivered = await _host.EndAsync(await _host.StartRunAsync(new JsonObject { ["id"] = session }));
        await OweAsync(Text(undelivered, "runId"));

        _clock.Advance(TimeSpan.FromDays(31));
        await SweepAsync();
        Assert.Single(await _host.RunsOfAsync(jobRun));
        Assert.Equal("completed", Text(await _host.GetAsync($"/runs/{Text(undelivered, "runId")}"), "status"));

        await _host.SendAsync(HttpMethod.Post, $"/jobs/paused-long/runs/{jobRun}/resume");
        await _host.JobRunAsync("paused-long", jobRun, "SUCCESS");
        await using (var db = await _host.OpenDatabaseAsync())
        {
            await db.Set<Delivery>().ExecuteUpdateAsync(d => d.SetProperty(x => x.NextAttemptAt, (DateTimeOffset?)null));
        }

        await SweepAsync();
        Assert.Equal(2, (await _host.RunsOfAsync(jobRun)).Count);
        await GoneAsync($"/runs/{Text(undelivered, "runId")}");
        await using (var db = await _host.OpenDatabaseAsync())
        {
            Assert.Empty(await db.Set<StoredSink>().ToListAsync());
        }

        _clock.Advance(TimeSpan.FromDays(31));
        await SweepAsync();
        await GoneAsync($"/jobs/paused-long/runs/{jobRun}");
    }

    private async Task SweepAsync() => await _host.App.Services.GetRequiredService<RetentionSweeper>().SweepAsync(default);

    private async Task GoneAsync(string path) => await _host.SendAsync(HttpMethod.Get, path, expected: HttpStatusCode.NotFound);

    /// <returns>Its key.</returns>
    private async Task<string> SaveTraceAsync(string runId)
    {
        var key = AttemptRunner.ArtifactKey(_host.ProjectId, runId, 1, ArtifactKind.Trace);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("a trace"));
        await Artifacts.SaveAsync(key, content, default);
        return key;
    }

    private async Task<bool> IsKeptAsync(string key)
    {
        await using var found = await Artifacts.OpenAsync(key, default);
        return found is not null;
    }

    private IArtifactStore Artifacts => _host.App.Services.GetRequiredService<IArtifactStore>();

    /// <summary>Its result could not be delivered yet, and will not be for a while.</summary>
    private async Task OweAsync(string runId)
    {
        await using var db = await _host.OpenDatabaseAsync();
        db.Add(new StoredSink { Key = runId, ProjectId = _host.ProjectId, MaskedJson = "{}", ProtectedJson = "none" });
        db.Add(new Delivery
        {
            RunId = runId,
            ProjectId = _host.ProjectId,
            SinkKey = runId,
            SinkType = "webhook",
            Target = "https://receiver.test",
            CreatedAt = _clock.GetUtcNow(),
            NextAttemptAt = _clock.GetUtcNow().AddDays(365),
        });
        await db.SaveChangesAsync();
    }
}
