using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>The built program as a process with the sample project, on a data directory that outlives it.</summary>
public sealed class SampleDashboard(string dataDirectory) : IAsyncDisposable
{
    private DashboardProcess? _process;
    private HttpClient? _client;

    public Guid WorkspaceId { get; private init; } = Guid.NewGuid();

    public string ApiKey { get; private init; } = "ik_" + Ids.NewSecret(40);

    public DashboardProcess Process => _process ?? throw new InvalidOperationException("Not started.");

    public HttpClient Client => _client ?? throw new InvalidOperationException("Not started.");

    /// <summary>Another process for the same installation: beside this one, or on a copy of its data.</summary>
    public SampleDashboard ForSameData(string? copy = null) => new(copy ?? dataDirectory) { WorkspaceId = WorkspaceId, ApiKey = ApiKey };

    /// <summary>Starts it, also after it was killed, and waits until the sample is deployed.</summary>
    public async Task StartAsync(params string[] settings)
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _client?.Dispose();
        _process = await DashboardProcess.StartAsync(
            dataDirectory,
            [
                "--Sample:Enabled=true",
                "--Network:AllowPrivateTargets=true",
                "--Bootstrap:AdminEmail=admin@example.test",
                $"--Bootstrap:AdminPassword={AppHost.Password}",
                $"--Bootstrap:WorkspaceId={WorkspaceId}",
                $"--Bootstrap:ApiKey={ApiKey}",
                .. settings,
            ]);
        _client = new HttpClient { BaseAddress = new Uri($"{_process.BaseUrl}/api/v1/workspace/{WorkspaceId}/projects/") };
        _client.DefaultRequestHeaders.Add("x-api-key", ApiKey);
        await Eventually.GetAsync(
            () => _client.GetFromJsonAsync<JsonArray>(string.Empty),
            projects => projects!.Any(p => Text(p!, "name") == "sample-hr" && Text(p!, "status") == "deployed"));
    }

    public async Task LogInAsync(string id)
    {
        var operation = Text(await PostAsync("auth-sessions/create", new { id, parameters = new { username = "demo", password = "demo-password-1" } }), "operationId");
        var result = await Eventually.GetAsync(
            () => GetAsync($"auth-sessions/create/{operation}/result"), r => Text(r, "status") is "done" or "failed" or "canceled", TimeSpan.FromSeconds(120));
        Assert.True(Text(result, "status") == "done", result.ToJsonString());
    }

    /// <summary>Logs in with the stored credentials.</summary>
    /// <returns>The Run's id, or null when another one holds the session.</returns>
    public async Task<string?> TryUpdateAsync(string id)
    {
        using var response = await Client.PostAsJsonAsync($"sample-hr/auth-sessions/{id}/update", new { });
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return response.StatusCode == HttpStatusCode.Conflict ? null : Text(answer, "operationId");
    }

    /// <returns>The Run's id.</returns>
    public async Task<string> StartRunAsync(string session, bool saveTrace = true, JsonObject? sink = null) => Text(
        await PostAsync("run/start", new
        {
            api = "list-employees",
            parameters = new { department = "Engineering" },
            saveTrace,
            authSession = new { id = session },
            sink,
        }),
        "runId");

    public Task<JsonObject> EndAsync(string runId) => Eventually.GetAsync(
        () => GetAsync($"runs/{runId}"), r => Text(r, "status") is "completed" or "failed" or "canceled", TimeSpan.FromSeconds(120));

    public async Task<JsonObject> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonObject>($"sample-hr/{path}"))!;

    public async Task<JsonObject> PostAsync(string path, object body)
    {
        using var response = await Client.PostAsJsonAsync($"sample-hr/{path}", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Tells the sample site how to behave: <c>slow?ms=500</c>, <c>expire-all</c>.</summary>
    public async Task ControlAsync(string what)
    {
        using var response = await Client.PostAsync($"{Process.BaseUrl}/sample-site/control/{what}", content: null);
        response.EnsureSuccessStatusCode();
    }

    /// <returns>What the sample site has counted: <c>logins</c>, <c>failedLogins</c>, <c>visits</c> by page.</returns>
    public async Task<JsonObject> ReadSiteAsync() => (await Client.GetFromJsonAsync<JsonObject>($"{Process.BaseUrl}/sample-site/control/stats"))!;

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    internal static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
