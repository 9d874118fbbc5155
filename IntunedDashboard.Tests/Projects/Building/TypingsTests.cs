using System.Text.Json;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects.Building;

/// <summary>The typings of the carried modules, read by the compiler as an editor reads them.</summary>
public sealed class TypingsTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task Right_use_compiles_strictly_and_wrong_use_is_found_where_it_stands()
    {
        using var client = await host.CreateApiClientAsync();
        var deployment = await host.DeployAsync(client, "typings", ProjectArchive.Minimal()
            .With("tsconfig.json", """{ "compilerOptions": { "strict": true, "module": "NodeNext", "target": "ES2021" } }""")
            .With("api/right.ts", """
                import type { BrowserContext, Download, Locator, Page } from "playwright";
                import {
                  attemptStore, extendPayload, extendTimeout, getAiGatewayConfig, getAuthSessionParameters, getExecutionContext, persistentStore, RunError,
                  waitForCaptchaSolve, withWaitForCaptchaSolve,
                } from "@intuned/runtime";
                import {
                  Attachment, clickUntilExhausted, downloadFile, extractMarkdown, filterEmptyValues, goToUrl, processDate, resolveUrl, sanitizeHtml, saveFileToS3,
                  scrollToLoadContent, uploadFileToS3, validateDataUsingSchema, ValidationError, waitForDomSettled, withDomSettledWait, withNetworkSettledWait, type S3Configs,
                } from "@intuned/browser";
                import { extractStructuredData, isPageLoaded, type JsonSchema } from "@intuned/browser/ai";

                // The shapes of zod's versions 3 and 4, as far as they tell a type.
                declare const three: { readonly _output: { title: string }; safeParse(data: unknown): { success: boolean } };
                declare const four: { _zod: { output: { price: number } }; safeParse(data: unknown, params?: object): object };

                export default async function handler(params: { url?: string }, page: Page, context: BrowserContext) {
                  const button: Locator = page.locator("button");
                  await goToUrl({ page, url: "https://a.test", timeoutInMs: 1, retries: 1, throwOnTimeout: false, waitForLoadState: "networkidle" });
                  extendTimeout();
                  extendPayload({ api: "a", parameters: { x: 1 } });
                  extendPayload([{ api: "a" }]);
                  attemptStore.set("k", button);
                  const live: Locator = attemptStore.get("k");
                  const visited: boolean = (await persistentStore.get("k")) || false;
                  const count = await persistentStore.get<number>("k");
                  await persistentStore.set("k", { any: [1] });
                  const jobRunId: string | undefined = getExecutionContext()?.jobRunId;
                  const { baseUrl, apiKey } = await getAiGatewayConfig();
                  const credentials: { username: string } = await getAuthSessionParameters();
                  await waitForCaptchaSolve(page, { timeoutInMs: 1, settleDurationMs: 1 });
                  const status = (await withWaitForCaptchaSolve(async p => p.goto("https://a.test"), { page, waitForNetworkSettled: true }))?.status();
                  const text: string = await withNetworkSettledWait(async p => p.title(), { page, timeoutInMs: 1, maxInflightRequests: 2 });
                  const settled: boolean = await waitForDomSettled({ source: button, settleDurationMs: 1, timeoutInMs: 1 });
                  const titled: string = await withDomSettledWait(p => p.title(), { page });
                  await clickUntilExhausted({ page, buttonLocator: button, heartbeat: extendTimeout, containerLocator: button, maxClicks: 1, clickDelay: 0.1, noChangeThreshold: 0 });
                  await scrollToLoadContent({ source: page, onScrollProgress: extendTimeout, maxScrolls: 1, delayInMs: 1, minHeightChange: 1 });
                  const urls: string[] = [await resolveUrl({ url: "/", baseUrl: "https://a.test" }), await resolveUrl({ url: "/", page }), await resolveUrl({ url: button })];
                  const downloads: Download[] = [await downloadFile({ page, trigger: "https://a.test" }), await downloadFile({ page, trigger: button, timeoutInMs: 1 }), await downloadFile({ page, trigger: p => p.click("a") })];
                  const configs: S3Configs = { bucket: "b", region: "r", accessKeyId: "a", secretAccessKey: "s" };
                  const files: Attachment[] = [await uploadFileToS3({ file: downloads[0], configs }), await uploadFileToS3({ file: Buffer.from("x"), contentType: "a/b" }), await saveFileToS3({ page, trigger: button })];
                  const link: string = await files[0].getSignedUrl(60);
                  const endpoint: string | null = files[0].endpoint;
                  const fields: { key: string } = files[0].toDict();
                  const kept = filterEmptyValues({ data: { a: 1 } }).a + 1;
                  const day = processDate({ date: "1/1/2024" })?.toISOString();
                  const html: string = sanitizeHtml({ html: await extractMarkdown({ source: page }), removeStyles: true, maxAttributeLength: 1 });
                  try {
                    validateDataUsingSchema({ data: fields, schema: { type: "attachment" } });
                  } catch (e) {
                    if (e instanceof ValidationError) throw new RunError(e.errors[0].path, { cause: e });
                  }
                  const schema: JsonSchema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
                  const loose = await extractStructuredData({ source: page, dataSchema: schema, prompt: "p", strategy: "IMAGE", model: "m", enableCache: true, maxRetries: 1, apiKey: "k" });
                  const title: string = (await extractStructuredData({ source: button, dataSchema: three })).title;
                  const price: number = (await extractStructuredData({ source: { type: "text", data: "t" }, dataSchema: four })).price;
                  const loaded: boolean = await isPageLoaded({ page });
                  return { live, visited, count, jobRunId, baseUrl, apiKey, credentials, status, text, settled, titled, urls, link, endpoint, kept, day, html, any: loose.whatever, title, price, loaded };
                }
                """)
            .With("api/wrong.ts", """
                import { extendPayload, persistentStore, RunError } from "@intuned/runtime";
                import { goToUrl, resolveUrl } from "@intuned/browser";
                import { extractStructuredData } from "@intuned/browser/ai";
                export default async function handler(params: unknown, page: import("playwright").Page) {
                  extendPayload({ apiName: "a" });
                  await goToUrl({ page });
                  await goToUrl({ page, url: "a", waitForLoadState: "soon" });
                  await resolveUrl({ url: "a" });
                  await extractStructuredData({ source: page, dataSchema: {}, strategy: "VIDEO" });
                  await persistentStore.set(1, 2);
                  throw new RunError();
                }
                """)
            .Zip());

        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        Assert.Empty(At(deployment, "api/right.ts"));
        Assert.Equal(Enumerable.Range(5, 7), At(deployment, "api/wrong.ts").Select(d => d.GetProperty("line").GetInt32()).Distinct());
    }

    private static JsonElement[] At(JsonElement deployment, string file) =>
        [.. deployment.Diagnostics().Where(d => d.GetProperty("file").GetString() == file)];
}
