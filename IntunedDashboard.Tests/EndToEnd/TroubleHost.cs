using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>
/// The whole product with real browsers, the sample site, and a deployed project whose functions misbehave on request. Shared by the
/// tests of a class: each uses sessions of its own.
/// </summary>
public sealed class TroubleHost : IAsyncLifetime
{
    public const string Username = "planted-user-name";
    public const string Password = "pl@nted \"Passw0rd\"/öx";

    private AppHost _app = null!;

    public AppHost App => _app;

    public HttpClient Client { get; private set; } = null!;

    public string Path => App.ProjectPath("trouble");

    public static ProjectArchive Project() => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("package.json", """{ "name": "trouble" }""")
        .With("utils/site.ts", """
            export const site = (path: string) => `${process.env.INTUNED_DASHBOARD_URL}/sample-site/${path}`;
            """)
        .With("auth-sessions/create.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { site } from "../utils/site";
            interface CreateParams { username: string; password: string; create?: string; check?: string }
            export default async function create(params: CreateParams, page: Page, context: BrowserContext) {
              if (params.create === "throw") {
                throw new TypeError(`cannot log in as ${params.username} with ${params.password}`);
              }
              await page.goto(site("login"), { timeout: 4000 });
              console.log(`typing ${params.password}`);
              await page.getByPlaceholder("Username").fill(params.username);
              await page.getByPlaceholder("Password").fill(params.password);
              await page.getByRole("button", { name: "Login" }).click();
              await page.waitForURL(site("dashboard"), { timeout: 4000 });
            }
            """)
        .With("auth-sessions/check.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { getAuthSessionParameters } from "@intuned/runtime";
            import { site } from "../utils/site";
            export default async function check(page: Page, context: BrowserContext): Promise<boolean> {
              const parameters = (await getAuthSessionParameters()) as { check?: string };
              if (parameters.check === "throw") {
                throw new Error("the check fell over");
              }
              await page.goto(site("dashboard"), { timeout: 4000 });
              return page.url() === site("dashboard");
            }
            """)
        .With("api/read.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { site } from "../utils/site";
            export default async function handler(params: { path: string }, page: Page, context: BrowserContext) {
              await page.goto(site(params.path));
              console.log(`on ${page.url()}`);
              return { url: page.url(), rows: await page.locator("tr[data-employee]").count() };
            }
            """)
        .With("api/throw.ts", """
            export default async function handler() {
              console.log("about to fail");
              throw new RangeError("there is no such row");
            }
            """)
        .With("api/exit.ts", "export default async function handler() { process.exit(7); }")
        .With("api/loop.ts", "export default async function handler() { for (;;) { /* never yields */ } }")
        .With("api/hang.ts", "export default async function handler() { console.log(\"hanging\"); await new Promise(() => setInterval(() => {}, 1000)); }")
        .With("api/big.ts", "export default async function handler() { return \"x\".repeat(3 * 1024 * 1024); }");

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true" });
        Client = _app.CreateApiClient(_app.ApiKey);
        var deployment = await _app.DeployAsync(Client, "trouble", Project().Zip());
        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        await ControlAsync("users", new Dictionary<string, string> { ["username"] = Username, ["password"] = Password });
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Makes the sample site behave: <c>down?on=true</c>, <c>slow?ms=5000</c>, <c>expire-all</c>, <c>reset</c>.</summary>
    public async Task ControlAsync(string what, Dictionary<string, string>? form = null)
    {
        using var content = form is null ? null : new FormUrlEncodedContent(form);
        using var response = await Client.PostAsync($"/sample-site/control/{what}", content);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
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

    /// <summary>Starts <c>AuthSession:Create</c> and waits for its end.</summary>
    /// <returns>The operation's result.</returns>
    public async Task<(JsonObject Result, string RunId)> LogInAsync(string id, string password = Password, string? create = null, string? check = null)
    {
        var parameters = new JsonObject { ["username"] = Username, ["password"] = password };
        AddIfGiven(parameters, "create", create);
        AddIfGiven(parameters, "check", check);
        var body = new JsonObject { ["id"] = id, ["parameters"] = parameters, ["checkAttempts"] = 1, ["createAttempts"] = 1 };
        var started = await SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created);
        var runId = started["operationId"]!.GetValue<string>();
        var result = await Eventually.GetAsync(
            () => SendAsync(HttpMethod.Get, $"/auth-sessions/create/{runId}/result"),
            r => r["status"]!.GetValue<string>() is "done" or "failed" or "canceled",
            TimeSpan.FromSeconds(60));
        return (result, runId);
    }

    public async Task<string> StartAsync(string api, string session, JsonObject? parameters = null, int timeout = 60, int attempts = 1)
    {
        var body = new JsonObject
        {
            ["api"] = api,
            ["parameters"] = parameters ?? [],
            ["requestTimeout"] = timeout,
            ["retry"] = new JsonObject { ["maximumAttempts"] = attempts },
            ["authSession"] = new JsonObject { ["id"] = session, ["checkAttempts"] = 1, ["createAttempts"] = 1, ["requestTimeout"] = 30 },
        };
        return (await SendAsync(HttpMethod.Post, "/run/start", body, HttpStatusCode.Created))["runId"]!.GetValue<string>();
    }

    public Task<JsonObject> EndAsync(string runId) => Eventually.GetAsync(
        () => SendAsync(HttpMethod.Get, $"/runs/{runId}"),
        run => run["status"]!.GetValue<string>() is "completed" or "failed" or "canceled",
        TimeSpan.FromSeconds(90));

    public async Task<JsonObject> RunAsync(string api, string session, JsonObject? parameters = null, int timeout = 60) =>
        await EndAsync(await StartAsync(api, session, parameters, timeout));

    public Task<string> LogAsync(string runId, int attempt = 1) => Client.GetStringAsync($"{Path}/runs/{runId}/attempts/{attempt}/log");

    public Task<byte[]> TraceAsync(string runId, int attempt = 1) => Client.GetByteArrayAsync($"{Path}/runs/{runId}/attempts/{attempt}/trace");

    private static void AddIfGiven(JsonObject target, string name, string? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }
}
