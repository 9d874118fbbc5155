using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>Results in a real store.</summary>
public sealed class S3SinkTests : IAsyncLifetime
{
    private const string WrongKey = "AKIAPLANTEDWRONGKEY";

    private readonly ShiftedTime _clock = new();
    private FlowHost _host = null!;
    private S3Server _store = null!;

    public async Task InitializeAsync()
    {
        if (S3Server.WhyNot is null)
        {
            _store = await S3Server.StartAsync();
            _host = await SinkHost.StartAsync(_clock);
        }
    }

    public async Task DisposeAsync()
    {
        if (S3Server.WhyNot is null)
        {
            await _host.DisposeAsync();
            await _store.DisposeAsync();
        }
    }

    [S3Fact]
    public async Task Each_run_becomes_an_object_under_prefix_project_job_and_JobRun()
    {
        var job = Job("to-store", 3);
        job["sink"] = _store.Sink();
        var jobRun = await _host.RunJobAsync(job);
        var alone = await _host.StartWithSinkAsync(_store.Sink());
        await _host.DeliveryAsync(alone, "delivered", attempts: 1);
        var runs = await _host.RunsOfAsync(Text(jobRun, "id"));
        foreach (var run in runs)
        {
            await _host.DeliveryAsync(Text(run, "runId"), "delivered", attempts: 1);
        }

        var objects = await _store.ReadAllAsync();
        Assert.Equal(
            runs.Select(r => $"exports/flow/to-store/{Text(jobRun, "id")}/{Text(r, "runId")}.json").Append($"exports/flow/{alone}.json").Order(StringComparer.Ordinal),
            objects.Keys);
        Assert.All(objects.Values, o => Assert.Equal("application/json", o.Type));
        var first = JsonNode.Parse(objects.Values.First(o => o.Text.Contains("projectJobRun", StringComparison.Ordinal)).Text)!;
        Assert.Equal("""{"status":"completed","result":{"ok":true},"statusCode":200}""", first["apiInfo"]!["result"]!.ToJsonString());
    }

    [S3Fact]
    public async Task A_sink_is_tested_with_a_sentence_about_what_is_wrong()
    {
        Assert.Equal($"Written to {_store.Url}/results as exports/flow/sink-test.json.", await TestAsync(_store.Sink()));
        Assert.Contains("does not know this access key", await TestAsync(_store.Sink(WrongKey)), StringComparison.Ordinal);
        var elsewhere = _store.Sink();
        elsewhere["bucket"] = "no-such-bucket";
        Assert.Contains("there is no bucket no-such-bucket", await TestAsync(elsewhere), StringComparison.Ordinal);
        Assert.DoesNotContain(WrongKey, _host.App.Log, StringComparison.Ordinal);
    }

    [S3Fact]
    public async Task A_store_that_takes_nothing_pauses_the_JobRun_and_after_mending_the_sink_nothing_is_lost()
    {
        using var gate = new Gate(_host.Engine, after: 2);
        var job = Job("mended", 4, atOnce: 1);
        job["sink"] = _store.Sink(WrongKey);
        await _host.CreateJobAsync(job);
        var id = await _host.TriggerAsync("mended");
        var runs = await Eventually.GetAsync(() => _host.RunsOfAsync(id), runs => runs.Count == 3);
        foreach (var run in runs.Take(2))
        {
            await _host.DeliveryAsync(Text(run, "runId"), "pending", attempts: 1);
        }

        _clock.Advance(TimeSpan.FromMinutes(10));
        var paused = await _host.JobRunAsync("mended", id, "PAUSING");
        Assert.Equal("s3-sink-error", Text(paused["reason"]!, "type"));
        Assert.Contains("does not know this access key", Text(paused["reason"]!, "message"), StringComparison.Ordinal);
        gate.Open();
        await _host.JobRunAsync("mended", id, "PAUSED");
        await Eventually.GetAsync(
            () => _host.DeliveryAsync(Text(runs[2], "runId")), d => d is not null && d["attempts"]!.AsArray().Count == 1);
        Assert.Equal(3, _host.Engine.Count(FunctionKind.Api));

        var mended = job.DeepClone().AsObject();
        mended.Remove("id");
        mended["sink"] = _store.Sink();
        await _host.SendAsync(HttpMethod.Put, "/jobs/mended", mended);
        await _host.SendAsync(HttpMethod.Post, $"/jobs/mended/runs/{id}/resume");
        Assert.Equal((4, 4, 0), Counts(await _host.JobRunAsync("mended", id, "SUCCESS")));
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.GetAsync(_store.ReadAllAsync, objects => objects.Count == 4);
        var all = await _host.RunsOfAsync(id);
        var snapshot = (await _host.JobRunAsync("mended", id))["job_configuration_snapshot"]!["sink"]!;
        Assert.Equal(4, all.Count);
        Assert.DoesNotContain(WrongKey, snapshot.ToJsonString() + _host.App.Log, StringComparison.Ordinal);
    }

    private async Task<string> TestAsync(JsonObject sink) =>
        Text(await _host.SendAsync(HttpMethod.Post, "/sinks/test", new JsonObject { ["sink"] = sink }), "message");
}
