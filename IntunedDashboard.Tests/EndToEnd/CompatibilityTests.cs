using System.Text.Json.Nodes;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>What existing TypeScript projects rely on without saying so. Each test is one known trap, through the whole product.</summary>
public sealed class CompatibilityTests(CompatibilityHost host) : IClassFixture<CompatibilityHost>
{
    [Fact]
    public async Task A_result_with_functions_undefined_and_class_instances_is_what_JSON_makes_of_it()
    {
        Assert.Equal("""{"file":{"kept":1,"at":"1970-01-01T00:00:00.000Z"},"list":[null,1]}""", (await host.ResultAsync("results"))!.ToJsonString());
        Assert.Null(await host.ResultAsync("nothing"));
    }

    [Fact]
    public async Task ExtendPayload_takes_api_and_refuses_apiName_with_a_clear_fault()
    {
        var right = await host.RunAsync("extend", new() { ["key"] = "api" });
        var wrong = await host.RunAsync("extend", new() { ["key"] = "apiName" });

        var result = await host.Project.GetAsync($"/run/{ProjectDriver.Text(right, "runId")}/result");
        Assert.Equal("""[{"api":"nested/details","parameters":{"id":1}}]""", result["extendedPayloads"]!.ToJsonString());
        Assert.Equal("failed", ProjectDriver.Text(wrong, "status"));
        Assert.Contains("not \"apiName\"", wrong["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hook_gets_names_with_their_folder_and_runs_for_create_and_check_too()
    {
        var run = await host.RunAsync("hooked", new() { ["p"] = 1 });

        Assert.Equal("""{"apiName":"api/hooked","apiParameters":{"p":1}}""", run["result"]!.ToJsonString());
        var validate = await host.Project.ValidateRunOfAsync(run);
        Assert.Contains("hook auth-sessions/check", await host.LogAsync(validate), StringComparison.Ordinal);
        Assert.Contains("hook auth-sessions/create", await host.LogAsync(host.LogIn), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_may_have_comments_trailing_commas_and_addresses_with_slashes()
    {
        var settings = (await host.ManifestAsync()).Settings;

        Assert.Equal(("https://site.test//start", 900, 700), (settings.StartUrl, settings.BrowserWidth, settings.BrowserHeight));
        Assert.Equal(("nested/details", "{\"id\":7}"), (settings.PlaygroundApi, JsonNode.Parse(settings.PlaygroundParametersJson!)!.ToJsonString()));
    }

    [Fact]
    public async Task Import_specifiers_of_every_published_form_resolve() =>
        Assert.Equal("""["js suffix","extensionless","folder index","function"]""", (await host.ResultAsync("imports"))!.ToJsonString());

    [Fact]
    public async Task The_attempt_store_keeps_null_and_live_objects() =>
        Assert.Equal("""{"isNull":true,"isUndefined":true,"live":"from the hook: api/store"}""", (await host.ResultAsync("store"))!.ToJsonString());

    [Fact]
    public async Task The_ai_gateway_config_is_a_promise_of_an_object() =>
        Assert.Equal("""{"isPromise":true,"keys":["baseUrl","apiKey"]}""", (await host.ResultAsync("ai"))!.ToJsonString());

    [Fact]
    public async Task A_check_that_looks_right_after_goToUrl_sees_what_a_script_renders()
    {
        var run = await host.RunAsync("nothing");

        Assert.Equal("completed", ProjectDriver.Text(run, "status"));
        var validate = await host.Project.ValidateRunOfAsync(run);
        Assert.Equal(["check"], ProjectDriver.Kinds(validate));
    }

    [Fact]
    public async Task A_login_that_lives_in_localStorage_and_sessionStorage_alone_is_restored()
    {
        var found = await host.ResultAsync("storage");

        Assert.Equal("""{"local":true,"session":true,"cookies":0}""", found!.ToJsonString());
    }

    [Theory]
    [InlineData("""{ "version": "2.0", "replication": { "maxCount": 3, "minCount": 0, "size": "standard" } }""", 3, true)]
    [InlineData("""{ "projectName": "old", "apiAccess": { "enabled": false }, "replication": { "maxConcurrentRequests": 4, "size": "xlarge" } }""", 4, false)]
    public async Task Both_generations_of_the_settings_file_are_read(string settings, int runs, bool apiAccess)
    {
        var name = $"generation-{runs}";
        var manifest = await host.DeployAsync(name, ProjectArchive.Minimal().With("Intuned.jsonc", settings));

        Assert.Equal((runs, apiAccess), (manifest.Settings.MaxConcurrentRuns, manifest.Settings.ApiAccessEnabled));
    }

    [Fact]
    public async Task Stray_files_among_the_named_inputs_do_not_stop_a_deployment_and_the_others_are_offered()
    {
        var inputs = (await host.ManifestAsync()).Parameters;

        Assert.Equal(["default", "other"], inputs["api/nested/details"].Keys.Order(StringComparer.Ordinal));
        Assert.Contains("\"id\": 2", inputs["api/nested/details"]["other"], StringComparison.Ordinal);
        Assert.DoesNotContain(inputs, i => i.Key.Contains("scrap", StringComparison.Ordinal) && i.Value.Count > 0);
    }

    [Fact]
    public async Task Job_files_in_folders_and_with_short_ids_are_taken()
    {
        const string Job = """{ "configuration": { "maxConcurrentRequests": 2 }, "payload": [{ "apiName": "hello", "parameters": {} }] }""";
        var manifest = await host.DeployAsync("job-files", ProjectArchive.Minimal()
            .With("intuned-resources/jobs/map.job.json", Job)
            .With("intuned-resources/jobs/ai/is-page-loaded.job.jsonc", Job));

        Assert.Equal(["is-page-loaded", "map"], manifest.CodeJobs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Addresses_of_the_sdk_keep_the_port() =>
        Assert.Equal($"{host.App.BaseUrl}/compat/next", (await host.ResultAsync("resolve"))!.GetValue<string>());
}

/// <summary>The product with one project full of traps and the site it works on.</summary>
public sealed class CompatibilityHost : IAsyncLifetime
{
    private const string Site = "const site = (path: string) => `${process.env.INTUNED_DASHBOARD_URL}/compat/${path}`;\n";

    public AppHost App { get; private set; } = null!;

    public ProjectDriver Project { get; private set; } = null!;

    /// <summary>The Run that made the session.</summary>
    public JsonObject LogIn { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await AppHost.StartAsync(
            new Dictionary<string, string> { ["AiGateway:BaseUrl"] = "http://127.0.0.1:9/v1", ["AiGateway:ApiKey"] = "sk-1234567890" },
            map: app =>
            {
                var site = app.MapGroup("/compat").AllowAnonymous();
                site.AddEndpointFilter((context, next) =>
                {
                    // The scripts of this site are in its pages, which the dashboard's own policy forbids.
                    context.HttpContext.Response.Headers.ContentSecurityPolicy = "default-src 'self' 'unsafe-inline'";
                    return next(context);
                });
                site.MapGet("/login", () => Results.Content("<button onclick=\"localStorage.token = 'token-of-ann'; sessionStorage.tab = 'tab-of-ann'\">Log in</button>", "text/html"));
                site.MapGet("/me", async (HttpRequest request) =>
                {
                    // Slow enough that whoever does not wait sees nothing.
                    await Task.Delay(300);
                    return request.Headers["x-token"] == "token-of-ann" ? Results.Text("Ann") : Results.StatusCode(401);
                });
                site.MapGet("/app", () => Results.Content(
                    """
                    <div id=root></div><script>
                    fetch('/compat/me', { headers: { 'x-token': localStorage.token ?? '' } }).then(async r => { root.innerHTML = r.ok ? `<h1 id=welcome>${await r.text()}</h1>` : 'out'; });
                    </script>
                    """,
                    "text/html"));
            });
        Project = new ProjectDriver(App, "compat") { SaveTraces = false };
        await Project.DeployAsync(Archive());
        LogIn = await Project.LogInAsync("ann", new JsonObject { ["username"] = "ann" });
    }

    public async Task DisposeAsync()
    {
        Project.Dispose();
        await App.DisposeAsync();
    }

    public Task<JsonObject> RunAsync(string api, JsonObject? parameters = null) =>
        Project.RunAsync(api, new JsonObject { ["id"] = "ann", ["checkAttempts"] = 1, ["autoRecreate"] = false }, parameters: parameters);

    public async Task<JsonNode?> ResultAsync(string api)
    {
        var run = await RunAsync(api);
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        return run["result"];
    }

    public async Task<string> LogAsync(JsonObject run)
    {
        var text = string.Empty;
        foreach (var attempt in run["attempts"]!.AsArray())
        {
            text += await Project.Client.GetStringAsync($"{Project.Path}/runs/{ProjectDriver.Text(run, "runId")}/attempts/{attempt!["number"]}/log");
        }

        return text;
    }

    public Task<DeploymentManifest> ManifestAsync() => ManifestOfAsync("compat");

    public async Task<DeploymentManifest> DeployAsync(string name, ProjectArchive project)
    {
        var deployment = await App.DeployAsync(Project.Client, name, project.Zip());
        Assert.True(deployment.GetProperty("status").GetString() == "succeeded", deployment.GetRawText());
        return await ManifestOfAsync(name);
    }

    private async Task<DeploymentManifest> ManifestOfAsync(string name)
    {
        var queries = App.Services.GetRequiredService<ProjectQueries>();
        var project = await queries.FindAsync(App.WorkspaceId, name, default);
        return (await queries.FindDeploymentAsync(project!.Id, project.CurrentDeploymentId!.Value, default))!.Manifest!;
    }

    private static ProjectArchive Archive() => new ProjectArchive()
        .With("Intuned.jsonc", """
            {
              "version": "2.0", // the format
              /* sessions */
              "authSessions": { "enabled": true, "type": "API", "startUrl": "https://site.test//start", },
              "browserSize": { "width": 900, "height": 700 },
              "metadata": { "defaultRunPlaygroundInput": { "apiName": "nested/details", "parameters": { "id": 7, }, }, },
            }
            """)
        .With("package.json", """{ "name": "compat", "main": "index.js", "packageManager": "yarn@1.22.22" }""")
        .With("tsconfig.json", """{ "compilerOptions": { "moduleResolution": "NodeNext", "module": "NodeNext", "target": "ES2021", "outDir": "./dist", "declaration": true } }""")
        .With(".parameters/api/scrap", string.Empty)
        .With(".parameters/api/scrapped/default.json", string.Empty)
        .With(".parameters/api/nested/details/default.json", """{ "id": 1 }""")
        .With(".parameters/api/nested/details/other.json", """{ "id": 2, /* two */ }""")
        .With("hooks/setupContext.ts", """
            import { attemptStore } from "@intuned/runtime";
            export default async function setupContext({ cdpUrl, apiName, apiParameters }: { cdpUrl: string; apiName: string; apiParameters: any }) {
              console.log(`hook ${apiName}`);
              attemptStore.set("hook", { apiName, apiParameters });
              attemptStore.set("live", () => `from the hook: ${apiName}`);
            }
            """)
        .With("auth-sessions/create.ts", $$"""
            import { goToUrl } from "@intuned/browser";
            import type { BrowserContext, Page } from "playwright";
            {{Site}}
            export default async function create(params: { username: string }, page: Page, context: BrowserContext) {
              await goToUrl({ page, url: site("login") });
              await page.click("button");
            }
            """)
        .With("auth-sessions/check.ts", $$"""
            import { goToUrl } from "@intuned/browser";
            import type { Page } from "playwright";
            {{Site}}
            export default async function check(page: Page): Promise<boolean> {
              await goToUrl({ page, url: site("app") });
              return page.locator("#welcome").isVisible();
            }
            """)
        .With("api/results.ts", """
            class Stored { kept = 1; at = new Date(0); gone = undefined; method() { return 1; } }
            export const other = async () => "not the API";
            export default async function handler() { return { file: new Stored(), suggestedFilename: () => "x", list: [undefined, 1], nothing: undefined }; }
            """)
        .With("api/nothing.ts", "export default async function handler() {}")
        .With("api/nested/details.ts", "export default async function handler(params: any) { return params; }")
        .With("api/extend.ts", """
            import { extendPayload } from "@intuned/runtime";
            async function handler(params: { key: string }) { extendPayload({ [params.key]: "nested/details", parameters: { id: 1 } } as any); }
            export default handler;
            """)
        .With("api/hooked.ts", "import { attemptStore } from \"@intuned/runtime\";\nexport default async () => attemptStore.get(\"hook\");")
        .With("api/store.ts", """
            import { attemptStore } from "@intuned/runtime";
            export default async () => {
              attemptStore.set("empty", null);
              return { isNull: attemptStore.get("empty") === null, isUndefined: attemptStore.get("missing") === undefined, live: attemptStore.get("live")() };
            };
            """)
        .With("api/ai.ts", """
            import { getAiGatewayConfig } from "@intuned/runtime";
            export default async () => {
              const promise = getAiGatewayConfig();
              return { isPromise: promise instanceof Promise, keys: Object.keys(await promise) };
            };
            """)
        .With("api/imports.ts", """
            import { suffixed } from "../utils/suffixed.js";
            import { extensionless } from "../utils/extensionless";
            import { indexed } from "../utils/crawler";
            import { isPageLoaded } from "@intuned/browser/ai";
            export default async () => [suffixed, extensionless, indexed, typeof isPageLoaded];
            """)
        .With("utils/suffixed.ts", "export const suffixed: string = \"js suffix\";")
        .With("utils/extensionless.ts", "export const extensionless: string = \"extensionless\";")
        .With("utils/crawler/index.ts", "export const indexed: string = \"folder index\";")
        .With("api/storage.ts", $$"""
            import type { BrowserContext, Page } from "playwright";
            {{Site}}
            export default async function handler(_params: unknown, page: Page, context: BrowserContext) {
              await page.goto(site("login"));
              // The values themselves are secrets and would not come out.
              const found = await page.evaluate(() => ({ local: localStorage.token === "token-of-ann", session: sessionStorage.tab === "tab-of-ann" }));
              return { ...found, cookies: (await context.cookies()).length };
            }
            """)
        .With("api/resolve.ts", $$"""
            import { resolveUrl } from "@intuned/browser";
            import type { Page } from "playwright";
            {{Site}}
            export default async function handler(_params: unknown, page: Page) {
              await page.goto(site("login"));
              return resolveUrl({ url: "/compat/next", page });
            }
            """);
}
