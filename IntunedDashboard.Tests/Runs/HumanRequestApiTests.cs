using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Runs;

/// <summary>Requests to people over REST, with a scripted engine that asks.</summary>
public sealed class HumanRequestApiTests : IAsyncLifetime
{
    private FlowHost _host = null!;
    private HumanReply? _reply;

    public async Task InitializeAsync()
    {
        _host = await FlowHost.StartAsync(
            authSessions: false, settings: new Dictionary<string, string> { ["Node:DrainTimeout"] = "00:00:00" });
        _host.Engine.Api = async (request, cancellationToken) =>
        {
            var question = new HumanQuestion(
                "What is the colour?", [new HumanField("colour", "Colour", HumanFieldType.Choice, ["red", "blue"]), new HumanField("pin", "Pin", HumanFieldType.Code, [])],
                TimeSpan.FromMinutes(5));
            _reply = await request.Services!.AskPersonAsync(question, new WaitingAttempt(), cancellationToken);
            return await ScriptedEngine.Succeed("1");
        };
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_request_is_shown_and_the_first_answer_counts()
    {
        var run = await _host.StartRunAsync();
        await WaitingAsync(run);
        var shown = await _host.GetAsync($"/runs/{run}/human-request");
        Assert.Equal("What is the colour?", (string?)shown["message"]);
        Assert.Equal("choice", (string?)shown["fields"]![0]!["type"]);
        Assert.NotNull((await _host.GetAsync("/runs"))["runs"]![0]!["waitsForPersonSince"]);

        var wrong = await AnswerAsync(run, """{"colour": "green", "size": "xl"}""", HttpStatusCode.BadRequest);
        Assert.Contains("values.colour", wrong, StringComparison.Ordinal);
        Assert.Contains("values.pin", wrong, StringComparison.Ordinal);
        Assert.Contains("size", wrong, StringComparison.Ordinal);
        await AnswerAsync(run, """{"colour": "blue", "pin": "12 34"}""", HttpStatusCode.OK);
        Assert.Contains("human-request-ended", await AnswerAsync(run, """{"colour": "red", "pin": "9"}""", HttpStatusCode.Conflict), StringComparison.Ordinal);

        var ended = await _host.EndAsync(run);
        Assert.Equal("completed", (string?)ended["status"]);
        Assert.Null(ended["waitsForPersonSince"]);
        Assert.Equal(["blue", "1234"], _reply!.Values.Values.Order(StringComparer.Ordinal).Reverse());
        var answered = await _host.GetAsync($"/runs/{run}/human-request");
        Assert.Equal("answered", (string?)answered["status"]);
        Assert.NotNull(answered["endedBy"]);
    }

    [Fact]
    public async Task Only_one_of_many_answers_at_once_is_taken()
    {
        var run = await _host.StartRunAsync();
        await WaitingAsync(run);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendAsync(_host.Client, run, "answer", $$$"""{"values": {"colour": "red", "pin": "{{{i}}}"}}""")));

        Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Equal(7, answers.Count(a => a.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_viewer_reads_the_request_and_cannot_end_it()
    {
        var run = await _host.StartRunAsync();
        await WaitingAsync(run);
        using var viewer = await _host.App.CreateApiClientAsync(Role.Viewer);

        using var read = await viewer.GetAsync($"{_host.Path}/runs/{run}/human-request");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(viewer, run, "answer", """{"values": {"colour": "red", "pin": "1"}}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(viewer, run, "decline", "{}")).Status);
        Assert.Equal("waiting", (string?)(await _host.GetAsync($"/runs/{run}/human-request"))["status"]);

        using var operating = await _host.App.CreateApiClientAsync(Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(operating, run, "decline", "{}")).Status);
        await _host.EndAsync(run);
        Assert.Equal(HumanOutcome.Declined, _reply!.Outcome);
    }

    [Fact]
    public async Task Canceling_the_Run_and_a_restart_end_the_request()
    {
        var canceled = await _host.StartRunAsync();
        await WaitingAsync(canceled);
        await _host.SendAsync(HttpMethod.Post, $"/runs/{canceled}/cancel");
        Assert.Equal("canceled", (string?)(await _host.EndAsync(canceled))["status"]);
        Assert.Equal("canceled", (string?)(await _host.GetAsync($"/runs/{canceled}/human-request"))["status"]);

        var interrupted = await _host.StartRunAsync();
        await WaitingAsync(interrupted);
        _host.Engine.Api = (_, _) => ScriptedEngine.Succeed("2");
        await _host.RestartAsync();

        var ended = await _host.EndAsync(interrupted);
        Assert.Equal("completed", (string?)ended["status"]);
        Assert.Null(ended["waitsForPersonSince"]);
        Assert.Equal("canceled", (string?)(await _host.GetAsync($"/runs/{interrupted}/human-request"))["status"]);
    }

    private async Task WaitingAsync(string run) => await Eventually.GetAsync(
        () => _host.GetAsync($"/runs/{run}"), r => r["waitsForPersonSince"] is not null);

    private async Task<string> AnswerAsync(string run, string values, HttpStatusCode expected)
    {
        var (status, text) = await SendAsync(_host.Client, run, "answer", $$$"""{"values": {{{values}}}}""");
        Assert.True(expected == status, $"{(int)status}: {text}");
        return text;
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpClient client, string run, string what, string json)
    {
        using var response = await client.PostAsJsonAsync($"{_host.Path}/runs/{run}/human-request/{what}", JsonNode.Parse(json));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
