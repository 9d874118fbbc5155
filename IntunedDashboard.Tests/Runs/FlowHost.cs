using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>A <see cref="FlowHost"/> that the tests of a class share: each uses sessions of its own.</summary>
public sealed class SharedFlowHost : IAsyncLifetime
{
    public FlowHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await FlowHost.StartAsync(
        settings: new Dictionary<string, string> { ["Node:BrowserSlots"] = "8" });

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

/// <summary>The product with a scripted engine and one deployed project with AuthSessions, driven over REST.</summary>
public sealed class FlowHost : IAsyncDisposable
{
    public const string Secret = "planted-Password/1\"x";

    private FlowHost(AppHost app, ScriptedEngine engine, AskedAddresses asked)
    {
        App = app;
        Engine = engine;
        Asked = asked;
        Client = app.CreateApiClient(app.ApiKey);
    }

    public AppHost App { get; }

    public ScriptedEngine Engine { get; }

    public AskedAddresses Asked { get; }

    public HttpClient Client { get; private set; }

    public Guid ProjectId { get; private set; }

    public string Path => App.ProjectPath("flow");

    /// <param name="clock">Null for the real time.</param>
    public static async Task<FlowHost> StartAsync(
        bool authSessions = true, IReadOnlyDictionary<string, string>? settings = null, TimeProvider? clock = null)
    {
        var engine = new ScriptedEngine();
        var asked = new AskedAddresses();
        var app = await AppHost.StartAsync(settings, builder =>
        {
            engine.Install(builder);
            builder.Services.AddSingleton<IStartupFilter>(asked);
            if (clock is not null)
            {
                builder.Services.AddSingleton(clock);
            }
        });
        var host = new FlowHost(app, engine, asked);
        await host.DeployAsync(authSessions);
        return host;
    }

    /// <summary>Stops the server and starts it again on the same data; the engine stays.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        await App.RestartAsync();
        Client = App.CreateApiClient(App.ApiKey);
    }

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

    public Task<JsonObject> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public async Task<string> StartRunAsync(JsonObject? authSession = null, int attempts = 3, string api = "hello")
    {
        var body = new JsonObject
        {
            ["api"] = api,
            ["parameters"] = new JsonObject(),
            ["retry"] = new JsonObject { ["maximumAttempts"] = attempts },
            ["authSession"] = authSession,
        };
        var started = await SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created);
        Assert.Equal("pending", started["status"]!.GetValue<string>());
        return started["runId"]!.GetValue<string>();
    }

    /// <summary>Waits until the Run ends, and answers its detail.</summary>
    public Task<JsonObject> EndAsync(string runId) => Eventually.GetAsync(
        () => GetAsync($"/runs/{runId}"), run => run["status"]!.GetValue<string>() is "completed" or "failed" or "canceled");

    /// <summary>A READY session.</summary>
    public async Task<string> LogInAsync(string id = "main-session")
    {
        var result = await CreateSessionAsync(id);
        Assert.Equal("done", result["status"]!.GetValue<string>());
        Engine.Forget();
        return id;
    }

    public async Task<JsonObject> CreateSessionAsync(string id, int checkAttempts = 3, int createAttempts = 3)
    {
        var body = new JsonObject
        {
            ["id"] = id,
            ["parameters"] = new JsonObject { ["username"] = "demo-user", ["password"] = Secret },
            ["checkAttempts"] = checkAttempts,
            ["createAttempts"] = createAttempts,
        };
        var started = await SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created);
        return await OperationAsync($"/auth-sessions/create/{started["operationId"]}/result");
    }

    public Task<JsonObject> OperationAsync(string path) => Eventually.GetAsync(
        () => GetAsync(path), result => result["status"]!.GetValue<string>() is "done" or "failed" or "canceled");

    public async Task<string> SessionStatusAsync(string id) => (await GetAsync($"/auth-sessions/{id}"))["status"]!.GetValue<string>();

    /// <summary>The Validate Run that guards an attempt.</summary>
    public async Task<JsonObject> ValidateRunOfAsync(JsonObject run, int attempt = 1) =>
        await GetAsync($"/runs/{run["attempts"]![attempt - 1]!["validateRunId"]}");

    public async Task<AppDbContext> OpenDatabaseAsync() =>
        await App.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    private async Task DeployAsync(bool authSessions)
    {
        var now = TimeProvider.System.GetUtcNow();
        var manifest = new DeploymentManifest
        {
            Apis = ["hello"],
            HasCheck = true,
            HasCreate = true,
            Settings = new ProjectSettings { AuthSessionsEnabled = authSessions },
        };
        var deploymentId = Guid.NewGuid();
        var project = new Project
        {
            Id = Guid.NewGuid(),
            WorkspaceId = App.WorkspaceId,
            Name = "flow",
            Language = ProjectLanguages.TypeScript,
            CurrentDeploymentId = deploymentId,
            CreatedAt = now,
        };
        ProjectId = project.Id;
        await using var db = await OpenDatabaseAsync();
        db.Add(project);
        db.Add(new Deployment
        {
            Id = deploymentId,
            Number = 1,
            ProjectId = project.Id,
            Status = DeploymentStatus.Succeeded,
            Language = ProjectLanguages.TypeScript,
            ContentHash = "none",
            DeployedBy = "test",
            CreatedAt = now,
            FinishedAt = now,
            ManifestJson = JsonSerializer.Serialize(manifest, JsonSerializerOptions.Web),
        });
        await db.SaveChangesAsync();
    }
}
