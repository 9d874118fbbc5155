using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>An automation that tells everything it knows, on every way it has.</summary>
internal static class LeakyProject
{
    /// <summary>Logged by every function, so that a test sees that what is logged is found.</summary>
    public const string Marker = "a-marker-that-is-no-secret";

    public const string Variable = "PLANTED_VALUE";

    public static ProjectArchive Archive(string url) => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("package.json", """{ "name": "leaky" }""")
        .With("utils/tell.ts", $$"""
            import { getAuthSessionParameters } from "@intuned/runtime";
            import type { BrowserContext, Page } from "playwright";
            export const url = "{{url}}";
            export interface Credentials { user: string; password: string; nested?: { codes: string[] }; fail?: boolean }
            export const credentials = async () => (await getAuthSessionParameters()) as Credentials;
            export async function tell(page: Page, context: BrowserContext) {
              const known = await credentials();
              const values = [known.password, ...(known.nested?.codes ?? []), process.env.{{Variable}} ?? "none"];
              const state = JSON.stringify(await context.storageState({ indexedDB: true }));
              console.log("{{Marker}}", JSON.stringify(known), JSON.stringify(process.env), state);
              for (const value of values) {
                console.warn(value, encodeURIComponent(value), JSON.stringify({ value }), Buffer.from(value).toString("base64"));
                process.stdout.write(value.slice(0, 7));
                process.stdout.write(`${value.slice(7)}\n`);
                process.stderr.write(`<${Buffer.from(`user:${value}`).toString("base64")}>\n`);
                await page.evaluate(text => { console.log(text); document.title = text; document.body.append(text); }, value);
                await page.request.get(`${url}/data?token=${encodeURIComponent(value)}`, { headers: { authorization: `Bearer ${Buffer.from(value).toString("hex")}`, "x-extra": encodeURIComponent(value) } });
              }
              return { known, values, state: JSON.parse(state), address: `https://x.test/?p=${encodeURIComponent(known.password)}` };
            }
            """)
        .With("auth-sessions/create.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { type Credentials, tell, url } from "../utils/tell";
            export default async function create(params: Credentials, page: Page, context: BrowserContext) {
              await page.goto(`${url}/login`);
              await page.getByPlaceholder("User").fill(params.user);
              await page.getByPlaceholder("Password").fill(params.password);
              await page.getByRole("button").click();
              await page.waitForSelector("#in");
              await page.goto(`${url}/keep`);
              await page.waitForSelector("#kept", { state: "attached" });
              const told = await tell(page, context);
              if (params.fail) throw new TypeError(`cannot log in: ${JSON.stringify(told)}`);
            }
            """)
        .With("auth-sessions/check.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { credentials, tell, url } from "../utils/tell";
            export default async function check(page: Page, context: BrowserContext) {
              await page.goto(`${url}/account?with=${encodeURIComponent((await credentials()).password)}`);
              await tell(page, context);
              return (await page.locator("#user").count()) === 1;
            }
            """)
        .With("api/leak.ts", """
            import { extendPayload } from "@intuned/runtime";
            import type { BrowserContext, Page } from "playwright";
            import { credentials, tell, url } from "../utils/tell";
            export default async function handler(params: { fail?: boolean }, page: Page, context: BrowserContext) {
              await page.goto(`${url}/data?with=${encodeURIComponent((await credentials()).password)}`);
              const told = await tell(page, context);
              extendPayload({ api: "leak", parameters: { told } });
              if (params.fail) throw new RangeError(`too much was told: ${JSON.stringify(told)}`);
              return told;
            }
            """);
}
