using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>The product with a project whose APIs use what the platform carries for automations, and files to fetch.</summary>
public sealed class SdkHost : IAsyncLifetime
{
    public const string AiKey = "sk-planted-0123456789";

    public AppHost App { get; private set; } = null!;

    public ProjectDriver Project { get; private set; } = null!;

    /// <summary>An API whose body is given; <c>params</c>, <c>page</c>, <c>url</c> (of the product) and both modules are at hand.</summary>
    private static string Api(string body) => $$"""
        import type { BrowserContext, Page } from "playwright";
        import * as runtime from "@intuned/runtime";
        import * as browser from "@intuned/browser";
        const url = process.env.INTUNED_DASHBOARD_URL;
        export default async function handler(params: any, page: Page, context: BrowserContext) {
        {{body}}
        }
        """;

    public async Task InitializeAsync()
    {
        App = await AppHost.StartAsync(
            new Dictionary<string, string>
            {
                ["AiGateway:BaseUrl"] = "http://127.0.0.1:9/v1/",
                ["AiGateway:ApiKey"] = AiKey,
            },
            map: app =>
            {
                var files = app.MapGroup("/test-files").AllowAnonymous();
                files.MapGet("/report.csv", () => Results.File("a,b\n1,2\n"u8.ToArray(), "text/csv", "report.csv"));
                files.MapGet("/shown.svg", () => Results.Bytes("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "image/svg+xml"));
                files.MapGet("/page", () => Results.Content("<a id=get href='/test-files/report.csv'>Report</a>", "text/html"));
            });
        Project = new ProjectDriver(App, "sdk") { SaveTraces = false };
        await Project.DeployAsync(new ProjectArchive()
            .With("Intuned.jsonc", """{ "version": "2.0" }""")
            .With("package.json", """{ "name": "sdk" }""")
            .With("tsconfig.json", """{ "compilerOptions": { "strict": true } }""")
            .With("api/store/set.ts", Api("await runtime.persistentStore.set(params.key, params.value);"))
            .With("api/store/get.ts", Api("""
                const value = await runtime.persistentStore.get(params.key);
                return { value, isUndefined: value === undefined, isNull: value === null };
                """))
            .With("api/store/count.ts", Api("""
                for (let i = 0; i < 20; i++) await runtime.persistentStore.set(`${params.name}-${i}`, { by: params.name, i });
                return (await Promise.all(Array.from({ length: 20 }, (_, i) => runtime.persistentStore.get<any>(`${params.name}-${i}`)))).map(v => v.i);
                """))
            .With("api/store/keys.ts", Api("""
                const faults = [];
                for (const key of ["", "a:b", "a#b"]) {
                  await runtime.persistentStore.get(key).catch(e => faults.push(e.name));
                  await runtime.persistentStore.set(key, 1).catch(e => faults.push(e.name));
                }
                await runtime.persistentStore.set("fine", undefined).catch(e => faults.push(e.name));
                return faults;
                """))
            .With("api/context.ts", Api("""
                const found = runtime.getExecutionContext();
                return { found, jobRunId: found?.jobRunId ?? "none", has: Object.keys(found ?? {}) };
                """))
            .With("api/ai.ts", Api("""
                const config = await runtime.getAiGatewayConfig();
                console.log(`with the key ${config.apiKey}`);
                return { ...config, works: config.apiKey.startsWith("sk-planted") };
                """))
            .With("api/session.ts", Api("return await runtime.getAuthSessionParameters();"))
            .With("api/wrong-payload.ts", Api("runtime.extendPayload({ apiName: \"context\", parameters: {} } as any);"))
            .With("api/files.ts", Api("""
                await page.goto(`${url}/test-files/page`);
                const saved = [
                  await browser.saveFileToS3({ page, trigger: `${url}/test-files/shown.svg` }),
                  await browser.saveFileToS3({ page, trigger: page.locator("#get"), fileNameOverride: "../renamed.csv" }),
                  await browser.saveFileToS3({ page, trigger: async p => { await p.click("#get"); } }),
                  await browser.uploadFileToS3({ file: Buffer.from("bytes"), fileNameOverride: "note.txt", contentType: "text/plain; charset=utf-8" }),
                ];
                return {
                  saved, nested: { deep: [saved[0]] }, dict: saved[0].toDict(), plain: saved[0].getS3Key(),
                  links: await Promise.all(saved.map(file => file.getSignedUrl())), brief: await saved[3].getSignedUrl(1),
                  tooLong: await saved[3].getSignedUrl(8 * 24 * 3600).catch(e => e.message),
                };
                """)));
    }

    public async Task DisposeAsync()
    {
        Project.Dispose();
        await App.DisposeAsync();
    }

    /// <summary>Runs an API of the project.</summary>
    /// <returns>Its result; a Run that did not complete fails the test.</returns>
    public async Task<JsonNode?> ResultAsync(string api, JsonObject? parameters = null)
    {
        var run = await Project.RunAsync(api, null, parameters: parameters);
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        return run["result"];
    }
}
