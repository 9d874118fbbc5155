using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>Results on their way to a real receiver.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private const string HeaderSecret = "planted-header-secret";

    private readonly ShiftedTime _clock = new();
    private FlowHost _host = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _host = await SinkHost.StartAsync(_clock);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [DataFact]
    public async Task A_completed_run_arrives_signed_with_everything_that_was_promised_and_nothing_secret_stays_readable()
    {
        var secret = WebhookSecret.New();
        var sink = _receiver.Sink(secret);
        sink["headers"] = new JsonObject { ["Authorization"] = $"Bearer {HeaderSecret}" };
        _host.Engine.Api = (_, _) => ScriptedEngine.Succeed("""{"rows":[1,2]}""");
        var run = await _host.StartWithSinkAsync(sink);
        var delivery = await _host.DeliveryAsync(run, "delivered", attempts: 1);

        var received = Assert.Single(_receiver.All);
        Assert.True(received.IsSignedWith(secret));
        Assert.Equal($"Bearer {HeaderSecret}", received.Headers["Authorization"]);
        Assert.Equal(
            $$$$"""
            {"workspaceId":"{{{{_host.App.WorkspaceId}}}}","project":{"id":"{{{{_host.ProjectId}}}}","name":"flow"},"apiInfo":{"name":"hello","parameters":{"n":1},"runId":"{{{{run}}}}","result":{"status":"completed","result":{"rows":[1,2]},"statusCode":200}}}
            """,
            received.Body);
        Assert.Equal(Text(delivery, "id"), received.Id);
        Assert.Equal(204, delivery["attempts"]![0]!["statusCode"]!.GetValue<int>());
        Assert.Equal($"{_receiver.Url} answered 204.", Text(delivery["attempts"]![0]!, "message"));
        Assert.False(delivery.ContainsKey("nextAttemptAt"));

        var seen = new StringBuilder(_host.App.Log).Append(delivery.ToJsonString()).Append(await _host.GetAsync($"/runs/{run}"));
        foreach (var file in Directory.EnumerateFiles(_host.App.DataDirectory, "dashboard.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            seen.Append(await reader.ReadToEndAsync());
        }

        Assert.DoesNotContain(HeaderSecret, seen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, seen.ToString(), StringComparison.Ordinal);
    }

    [DataFact]
    public async Task A_failed_run_says_why_unless_the_sink_does_not_want_it()
    {
        _host.Engine.Api = (_, _) => ScriptedEngine.Throw("The list was empty.");
        var run = await _host.StartWithSinkAsync(_receiver.Sink());
        await _host.DeliveryAsync(run, "delivered", attempts: 1);
        var result = _receiver.All[0].Json["apiInfo"]!["result"]!;
        Assert.Equal(("failed", "api-attempts-failed", 400), (Text(result, "status"), Text(result, "error"), result["statusCode"]!.GetValue<int>()));
        Assert.Contains("The list was empty.", Text(result, "message"), StringComparison.Ordinal);

        var picky = _receiver.Sink();
        picky["skipOnFail"] = true;
        var skipped = await _host.StartWithSinkAsync(picky);
        await _host.EndAsync(skipped);
        Assert.Null(await _host.DeliveryAsync(skipped));

        picky["apisToSend"] = new JsonArray();
        _host.Engine.Api = (_, _) => ScriptedEngine.Succeed();
        var other = await _host.StartWithSinkAsync(picky);
        await _host.EndAsync(other);
        Assert.Null(await _host.DeliveryAsync(other));
        Assert.Single(_receiver.All);
    }

    [DataFact]
    public async Task A_canceled_run_is_not_sent()
    {
        using var gate = new Gate(_host.Engine);
        var run = await _host.StartWithSinkAsync(_receiver.Sink());
        await Eventually.TrueAsync(() => _host.Engine.Count(FunctionKind.Api) == 1);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{run}/cancel");
        await _host.EndAsync(run);

        Assert.Null(await _host.DeliveryAsync(run));
        await _host.SendAsync(HttpMethod.Post, $"/runs/{run}/deliveries/send-again", body: null, HttpStatusCode.NotFound);
    }

    [DataFact]
    public async Task What_is_refused_comes_again_later_with_the_same_id_until_it_is_taken()
    {
        _receiver.Answer = (_, context) => WebhookReceiver.With(
            context, _receiver.All.Count < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        var run = await _host.StartWithSinkAsync(_receiver.Sink());
        var delivery = await _host.DeliveryAsync(run, "pending", attempts: 1);
        AssertWaits(delivery, TimeSpan.FromSeconds(10));
        await _host.PassAsync(_clock, delivery);
        delivery = await _host.DeliveryAsync(run, "pending", attempts: 2);
        AssertWaits(delivery, TimeSpan.FromSeconds(20));
        await _host.PassAsync(_clock, delivery);
        delivery = await _host.DeliveryAsync(run, "delivered", attempts: 3);

        Assert.Equal([503, 503, 200], delivery["attempts"]!.AsArray().Select(a => a!["statusCode"]!.GetValue<int>()));
        Assert.Equal(3, _receiver.All.Count);
        Assert.Single(_receiver.All.Select(r => r.Id).Distinct());
        Assert.Single(_receiver.All.Select(r => r.Body).Distinct());
    }

    [DataFact]
    public async Task A_webhook_is_given_up_after_an_hour_and_can_be_sent_again()
    {
        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.InternalServerError);
        var run = await _host.StartWithSinkAsync(_receiver.Sink());
        var delivery = await _host.DeliveryAsync(run, "pending", attempts: 1);
        _clock.Advance(TimeSpan.FromHours(1));
        delivery = await _host.DeliveryAsync(run, "failed", attempts: 2);
        Assert.False(delivery.ContainsKey("nextAttemptAt"));
        Assert.Equal("completed", Text(await _host.GetAsync($"/runs/{run}"), "status"));

        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.OK);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{run}/deliveries/send-again");
        delivery = await _host.DeliveryAsync(run, "delivered", attempts: 3);
        Assert.Equal([false, false, true], delivery["attempts"]!.AsArray().Select(a => a!.AsObject().ContainsKey("requestedBy")));
        Assert.Single(_receiver.All.Select(r => r.Id).Distinct());

        await _host.SendAsync(HttpMethod.Post, $"/runs/{run}/deliveries/send-again");
        await _host.DeliveryAsync(run, "delivered", attempts: 4);
    }

    [DataFact]
    public async Task Every_item_of_a_Job_is_sent_as_it_ends_to_the_sink_the_JobRun_began_with()
    {
        var job = Job("sending", 12);
        job["sink"] = _receiver.Sink();
        var jobRun = await _host.RunJobAsync(job);
        await Eventually.TrueAsync(() => _receiver.All.Count >= 12);

        var runs = await _host.RunsOfAsync(Text(jobRun, "id"));
        Assert.Equal(runs.Select(r => Text(r, "runId")).Order(), _receiver.All.Select(r => r.RunId).Order());
        Assert.All(_receiver.All, r => Assert.Equal("sending", Text(r.Json["projectJob"]!, "id")));
        Assert.All(_receiver.All, r => Assert.Equal(Text(jobRun, "id"), Text(r.Json["projectJobRun"]!, "id")));
    }

    [DataFact]
    public async Task A_result_still_arrives_when_its_Job_is_deleted_meanwhile()
    {
        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.ServiceUnavailable);
        var job = Job("short-lived", 1);
        job["sink"] = _receiver.Sink();
        var run = Text((await _host.RunsOfAsync(Text(await _host.RunJobAsync(job), "id")))[0], "runId");
        var delivery = await _host.DeliveryAsync(run, "pending", attempts: 1);
        using (var deleted = await _host.Client.DeleteAsync($"{_host.Path}/jobs/short-lived"))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.OK);
        await _host.PassAsync(_clock, delivery);
        await _host.DeliveryAsync(run, "delivered", attempts: 2);
    }

    [DataFact]
    public async Task Everything_of_a_JobRun_that_was_given_up_is_sent_again_at_once_to_the_sink_its_Job_has_now()
    {
        await using var mended = await WebhookReceiver.StartAsync();
        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.NotFound);
        var job = Job("moved", 3);
        job["sink"] = _receiver.Sink();
        var jobRun = Text(await _host.RunJobAsync(job), "id");
        var runs = (await _host.RunsOfAsync(jobRun)).Select(r => Text(r, "runId")).ToList();
        foreach (var run in runs)
        {
            await _host.DeliveryAsync(run, "pending", attempts: 1);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        foreach (var run in runs)
        {
            await _host.DeliveryAsync(run, "failed", attempts: 2);
        }

        job.Remove("id");
        job["sink"] = mended.Sink();
        await _host.SendAsync(HttpMethod.Put, "/jobs/moved", job);
        var again = $"/jobs/moved/runs/{jobRun}/deliveries/send-again";
        Assert.Equal("3 results are sent again.", Text(await _host.SendAsync(HttpMethod.Post, again), "message"));
        foreach (var run in runs)
        {
            await _host.DeliveryAsync(run, "delivered", attempts: 3);
        }

        Assert.Equal(runs.Order(), mended.All.Select(r => r.RunId).Order());
        Assert.Equal("There is no result that was given up.", Text(await _host.SendAsync(HttpMethod.Post, again), "message"));
    }

    [DataFact]
    public async Task A_receiver_that_hangs_holds_up_nobody_else()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        var hangs = new TaskCompletionSource();
        slow.Answer = (_, context) => hangs.Task.WaitAsync(context.RequestAborted);
        var waiting = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            waiting.Add(await _host.StartWithSinkAsync(slow.Sink()));
        }

        await Eventually.TrueAsync(() => slow.All.Count == 8);
        await _host.DeliveryAsync(await _host.StartWithSinkAsync(_receiver.Sink()), "delivered", attempts: 1);
        hangs.SetResult();
        await Eventually.TrueAsync(() => slow.All.Select(r => r.RunId).ToHashSet().SetEquals(waiting));
    }

    [DataFact]
    public async Task What_was_on_its_way_when_the_server_stopped_is_sent_again_after_the_next_start()
    {
        var hangs = new TaskCompletionSource();
        _receiver.Answer = (_, context) => hangs.Task.WaitAsync(context.RequestAborted);
        var run = await _host.StartWithSinkAsync(_receiver.Sink());
        await Eventually.TrueAsync(() => _receiver.All.Count == 1);
        await _host.RestartAsync();
        hangs.SetResult();
        await _host.DeliveryAsync(run, "delivered", attempts: 1);

        Assert.Equal(2, _receiver.All.Count);
        Assert.Single(_receiver.All.Select(r => (r.Id, r.Body)).Distinct());
    }

    [Theory]
    [InlineData("webhook", new[] { 0, 10, 30, 70, 150, 270, 390, 510, 630, 750 }, 33, 3510)]
    [InlineData("s3", new[] { 0, 10, 30, 70, 150, 270, 390, 510 }, 8, 510)]
    public void The_times_of_attempts_are_those_that_were_promised(string type, int[] first, int count, int last)
    {
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var times = new List<int>();
        for (DateTimeOffset? next = start; next is { } at; next = DeliveryPolicy.NextAttempt(type, start, times.Count, at))
        {
            times.Add((int)(at - start).TotalSeconds);
        }

        Assert.Equal(first, times.Take(first.Length));
        Assert.Equal((count, last), (times.Count, times[^1]));
    }

    private static void AssertWaits(JsonObject delivery, TimeSpan delay)
    {
        var attempt = delivery["attempts"]!.AsArray()[^1]!;
        var ended = attempt["startedAt"]!.GetValue<DateTimeOffset>().AddMilliseconds(attempt["durationMs"]!.GetValue<double>());
        var waits = delivery["nextAttemptAt"]!.GetValue<DateTimeOffset>() - ended;
        Assert.InRange(waits, delay - TimeSpan.FromMilliseconds(5), delay + TimeSpan.FromMilliseconds(5));
    }
}
