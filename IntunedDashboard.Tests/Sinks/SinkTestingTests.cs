using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>The test message that a person sends before saving a sink.</summary>
public sealed class SinkTestingTests : IAsyncLifetime
{
    private const string HeaderSecret = "planted-header-secret";

    private FlowHost _host = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _host = await FlowHost.StartAsync(
            authSessions: false, new Dictionary<string, string> { ["Network:AllowPrivateTargets"] = "true" });
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_gets_a_signed_message_in_the_form_of_a_delivery()
    {
        var secret = WebhookSecret.New();
        var sink = _receiver.Sink(secret);
        sink["headers"] = new JsonObject { ["X-Team"] = HeaderSecret };
        var answer = await TestAsync(sink);

        Assert.Equal((true, 204), (answer["delivered"]!.GetValue<bool>(), answer["statusCode"]!.GetValue<int>()));
        var received = Assert.Single(_receiver.All);
        Assert.True(received.IsSignedWith(secret));
        Assert.False(received.IsSignedWith(WebhookSecret.New()));
        Assert.Equal(HeaderSecret, received.Headers["X-Team"]);
        Assert.Equal("application/json", received.Headers["Content-Type"]);
        Assert.Equal("sink-test", received.RunId);
        Assert.Equal("flow", received.Json["project"]!["name"]!.GetValue<string>());
        Assert.DoesNotContain(HeaderSecret, answer.ToJsonString() + _host.App.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_receiver_is_said_in_a_sentence()
    {
        _receiver.Answer = (_, context) => WebhookReceiver.With(context, HttpStatusCode.Forbidden);
        var refused = await TestAsync(_receiver.Sink());
        Assert.Equal((false, 403), (refused["delivered"]!.GetValue<bool>(), refused["statusCode"]!.GetValue<int>()));

        _receiver.Answer = (_, context) =>
        {
            context.Response.Redirect($"{_receiver.Url}/elsewhere");
            return Task.CompletedTask;
        };
        var redirected = await TestAsync(_receiver.Sink());
        Assert.Contains("redirects are not followed", JobHost.Text(redirected, "message"), StringComparison.Ordinal);
        Assert.DoesNotContain(_receiver.All, r => r.Path == "/elsewhere");

        await _receiver.DisposeAsync();
        var gone = await TestAsync(_receiver.Sink());
        Assert.False(gone.ContainsKey("statusCode"));
        Assert.Equal($"{_receiver.Url} could not be connected to.", JobHost.Text(gone, "message"));
    }

    [Fact]
    public async Task The_dots_of_a_Job_that_is_edited_stand_for_its_secrets_at_the_same_host_only()
    {
        var job = JobHost.Job("with-sink", 1);
        job["sink"] = _receiver.Sink();
        job["sink"]!["headers"] = new JsonObject { ["X-Team"] = HeaderSecret };
        await _host.CreateJobAsync(job);
        var shown = (await _host.GetAsync("/jobs/with-sink"))["sink"]!.AsObject();
        Assert.DoesNotContain(HeaderSecret, shown.ToJsonString(), StringComparison.Ordinal);

        shown["url"] = $"{_receiver.Url}/other-path";
        await TestAsync(shown, "with-sink");
        Assert.Equal(HeaderSecret, _receiver.All[0].Headers["X-Team"]);

        shown["url"] = "http://elsewhere.test/";
        var refused = await TestAsync(shown, "with-sink", HttpStatusCode.BadRequest);
        Assert.Equal("sink.headers.X-Team", JobHost.Text(refused["details"]![0]!, "path"));
        await TestAsync(shown, jobId: null, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Faults_of_a_sink_are_named()
    {
        var sink = _receiver.Sink("not-a-secret");
        sink["url"] = "ftp://example.test";
        sink["headers"] = new JsonObject { ["Host"] = "a", ["bad name"] = "b", ["X-Line"] = "a\nb", ["webhook-id"] = "c" };
        var refused = await TestAsync(sink, jobId: null, HttpStatusCode.BadRequest);
        Assert.Equal(
            ["sink.headers.Host", "sink.headers.X-Line", "sink.headers.bad name", "sink.headers.webhook-id", "sink.secret", "sink.url"],
            refused["details"]!.AsArray().Select(d => JobHost.Text(d!, "path")).Order(StringComparer.Ordinal));
        Assert.Equal("sink", JobHost.Text((await TestAsync(null, null, HttpStatusCode.BadRequest))["details"]![0]!, "path"));
    }

    [Fact]
    public async Task A_private_target_is_refused_where_the_setting_does_not_allow_it()
    {
        await using var host = await FlowHost.StartAsync(authSessions: false);
        var answer = await host.SendAsync(HttpMethod.Post, "/sinks/test", new JsonObject { ["sink"] = _receiver.Sink() });
        Assert.False(answer["delivered"]!.GetValue<bool>());
        Assert.Contains("Network:AllowPrivateTargets", JobHost.Text(answer, "message"), StringComparison.Ordinal);
        Assert.Empty(_receiver.All);
    }

    private Task<JsonObject> TestAsync(JsonNode? sink, string? jobId = null, HttpStatusCode expected = HttpStatusCode.OK) =>
        _host.SendAsync(HttpMethod.Post, "/sinks/test", new JsonObject { ["sink"] = sink?.DeepClone(), ["jobId"] = jobId }, expected);
}
