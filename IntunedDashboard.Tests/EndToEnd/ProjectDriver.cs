using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>One deployed project, driven over REST as a client does.</summary>
public sealed class ProjectDriver(AppHost app, string project) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public HttpClient Client { get; } = app.CreateApiClient(app.ApiKey);

    /// <summary>Whether Runs and logins save traces: they cost time.</summary>
    public bool SaveTraces { get; set; } = true;

    public string Path => app.ProjectPath(project);

    public static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    public async Task DeployAsync(ProjectArchive archive)
    {
        var deployment = await app.DeployAsync(Client, project, archive.Zip());
        Assert.True(deployment.GetProperty("status").GetString() == "succeeded", deployment.GetRawText());
    }

    public Task<JsonObject> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonNode? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, Path + path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Starts <c>create</c>, <c>ID/update</c> or <c>ID/validate/start</c> and waits for its end.</summary>
    /// <returns>The operation's result and its Run.</returns>
    public async Task<(JsonObject Result, JsonObject Run)> OperateAsync(string what, JsonObject body)
    {
        var started = await SendAsync(HttpMethod.Post, $"/auth-sessions/{what}", body, HttpStatusCode.Created);
        var operation = Text(started, "operationId");
        var path = what.EndsWith("/start", StringComparison.Ordinal) ? what[..^"/start".Length] : what;
        var result = await Eventually.GetAsync(
            () => GetAsync($"/auth-sessions/{path}/{operation}/result"), r => Text(r, "status") is "done" or "failed" or "canceled", Patience);
        return (result, await GetAsync($"/runs/{operation}"));
    }

    /// <summary>A READY session.</summary>
    public async Task<JsonObject> LogInAsync(string id, JsonObject parameters, string? proxy = null)
    {
        var body = new JsonObject
        {
            ["id"] = id,
            ["parameters"] = parameters,
            ["proxy"] = proxy,
            ["checkAttempts"] = 1,
            ["createAttempts"] = 1,
            ["saveTrace"] = SaveTraces,
        };
        var (result, run) = await OperateAsync("create", body);
        Assert.True(Text(result, "status") == "done", result.ToJsonString());
        return run;
    }

    /// <returns>The Run's id.</returns>
    public async Task<string> StartAsync(string api, JsonObject? authSession, string? proxy = null, int attempts = 1, JsonObject? parameters = null)
    {
        var body = new JsonObject
        {
            ["api"] = api,
            ["parameters"] = parameters ?? [],
            ["proxy"] = proxy,
            ["requestTimeout"] = 60,
            ["saveTrace"] = SaveTraces,
            ["retry"] = new JsonObject { ["maximumAttempts"] = attempts },
            ["authSession"] = authSession,
        };
        return Text(await SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created), "runId");
    }

    public Task<JsonObject> EndAsync(string runId) => Eventually.GetAsync(
        () => GetAsync($"/runs/{runId}"), run => Text(run, "status") is "completed" or "failed" or "canceled", Patience);

    public async Task<JsonObject> RunAsync(string api, JsonObject? authSession, string? proxy = null, int attempts = 1, JsonObject? parameters = null) =>
        await EndAsync(await StartAsync(api, authSession, proxy, attempts, parameters));

    /// <summary>The Validate Run that guards an attempt.</summary>
    public Task<JsonObject> ValidateRunOfAsync(JsonObject run, int attempt = 1) => GetAsync($"/runs/{run["attempts"]![attempt - 1]!["validateRunId"]}");

    public Task<JsonObject> DetailsAsync(string session) => GetAsync($"/auth-sessions/{session}/details");

    public static IEnumerable<string> Kinds(JsonObject run) => run["attempts"]!.AsArray().Select(a => Text(a!, "kind"));

    public void Dispose() => Client.Dispose();
}
