using System.Text.Json;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd.Languages;

/// <summary>What the suite adds to a sample: the same functions in each language.</summary>
public static class SuiteFunctions
{
    public static void Add(ProjectArchive archive, string language, string sample, string[] origins)
    {
        var sites = JsonSerializer.Serialize(origins);
        var kinds = JsonSerializer.Serialize(StorageSite.Kinds);
        switch (language)
        {
            case "csharp":
                AddCSharp(archive, File.ReadAllText(Path.Combine(sample, "auth-sessions", "create.cs")), sites, kinds);
                break;
            case "python":
                AddPython(archive, File.ReadAllText(Path.Combine(sample, "auth-sessions", "create.py")), sites, kinds);
                break;
            default:
                AddTypeScript(archive, File.ReadAllText(Path.Combine(sample, "auth-sessions", "create.ts")), sites, kinds);
                break;
        }
    }

    private static void AddTypeScript(ProjectArchive archive, string login, string origins, string kinds) => archive
        .With("utils/login.ts", login)
        .With("utils/storage.ts", $$"""
            import type { Page } from "playwright";
            export const origins: string[] = {{origins}};
            export const kinds: string[] = {{kinds}};
            export async function proves(page: Page, origin: string, kind: string) {
              await page.goto(`${origin}/proof/${kind}`);
              await page.waitForSelector("#yes, #no", { state: "attached" });
              return (await page.locator("#yes").count()) === 1;
            }
            """)
        .With("auth-sessions/create.ts", """
            import type { BrowserContext, Page } from "playwright";
            import login, { CreateParams } from "../utils/login";
            import { origins } from "../utils/storage";
            export default async function create(params: CreateParams, page: Page, context: BrowserContext) {
              for (const origin of origins) {
                await page.goto(`${origin}/enter`);
                await page.waitForSelector("#ready", { state: "attached" });
              }
              await login(params, page, context);
            }
            """)
        .With("hooks/setupContext.ts", """
            import { attemptStore } from "@intuned/runtime";
            export default async function setupContext({ apiName }: { apiName: string }) { attemptStore.set("hook", apiName); }
            """)
        .With("api/prove-all.ts", """
            import type { Page } from "playwright";
            import { kinds, origins, proves } from "../utils/storage";
            export default async function handler(params: unknown, page: Page) {
              const missing: string[] = [];
              for (const kind of kinds) for (const origin of origins) if (!(await proves(page, origin, kind))) missing.push(`${kind} of ${origin}`);
              return { missing };
            }
            """)
        .With("api/runtime.ts", """
            import { attemptStore, extendTimeout, getAuthSessionParameters, getExecutionContext } from "@intuned/runtime";
            export default async function handler() {
              attemptStore.set("nothing", null);
              extendTimeout();
              const context = getExecutionContext();
              const { username } = await getAuthSessionParameters();
              return { hook: attemptStore.get("hook"), nothing: attemptStore.get("nothing"), missing: attemptStore.get("missing") ?? null, username,
                hasRun: !!context?.runId, session: context?.authSessionId, jobRun: context?.jobRunId ?? null };
            }
            """)
        .With("api/flaky.ts", """
            import fs from "node:fs";
            export default async function handler({ marker }: { marker: string }) {
              if (!fs.existsSync(marker)) { fs.writeFileSync(marker, ""); throw new Error("not yet"); }
              return "the second time";
            }
            """)
        .With("api/hang.ts", """
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) { await page.waitForTimeout(600000); }
            """)
        .With("api/crash.ts", "export default async function handler() { process.exit(7); }")
        .With("api/big.ts", "export default async function handler() { return \"x\".repeat(3 * 1024 * 1024); }")
        .With("api/extend.ts", """
            import { extendPayload } from "@intuned/runtime";
            export default async function handler() { extendPayload({ api: "list-employees", parameters: { limit: 1 } }); }
            """)
        .With("api/leak.ts", """
            import type { Page } from "playwright";
            import { getAuthSessionParameters } from "@intuned/runtime";
            import { siteUrl } from "../utils/site";
            export default async function handler(params: unknown, page: Page) {
              const credentials = (await getAuthSessionParameters()) as { password: string };
              console.log("leaking", credentials.password);
              await page.goto(siteUrl("employees"));
              await page.evaluate((text) => { document.title = text; }, credentials.password);
              return credentials;
            }
            """);

    private static void AddCSharp(ProjectArchive archive, string login, string origins, string kinds) => archive
        .With("Login.cs", login)
        .With("Storage.cs", $$"""
            using Microsoft.Playwright;
            namespace SampleHr;
            public static class Storage
            {
                public static readonly string[] Origins = {{origins}};
                public static readonly string[] Kinds = {{kinds}};
                public static async Task<bool> ProvesAsync(IPage page, string origin, string kind)
                {
                    await page.GotoAsync($"{origin}/proof/{kind}");
                    await page.WaitForSelectorAsync("#yes, #no", new() { State = WaitForSelectorState.Attached });
                    return await page.Locator("#yes").CountAsync() == 1;
                }
            }
            """)
        .With("auth-sessions/create.cs", """
            using Microsoft.Playwright;
            namespace SampleHr;
            public static class CreateEverything
            {
                public static async Task Create(CreateLogin.Credentials credentials, IPage page, IBrowserContext context)
                {
                    foreach (var origin in Storage.Origins)
                    {
                        await page.GotoAsync($"{origin}/enter");
                        await page.WaitForSelectorAsync("#ready", new() { State = WaitForSelectorState.Attached });
                    }
                    await CreateLogin.CreateAsync(credentials, page);
                }
            }
            """)
        .With("hooks/SetupContext.cs", """
            using Intuned;
            public static class Hook
            {
                public static void SetupContext(SetupContextInput input) => IntunedRuntime.AttemptStore.Set("hook", input.ApiName);
            }
            """)
        .With("api/prove-all.cs", """
            using Microsoft.Playwright;
            namespace SampleHr;
            public static class ProveAll
            {
                public static async Task<object> RunAsync(IPage page)
                {
                    var missing = new List<string>();
                    foreach (var kind in Storage.Kinds)
                        foreach (var origin in Storage.Origins)
                            if (!await Storage.ProvesAsync(page, origin, kind))
                                missing.Add($"{kind} of {origin}");
                    return new { missing };
                }
            }
            """)
        .With("api/runtime.cs", """
            using Intuned;
            public static class RuntimeFunctions
            {
                public static async Task<object> RunAsync()
                {
                    IntunedRuntime.AttemptStore.Set("nothing", null);
                    IntunedRuntime.ExtendTimeout();
                    var context = IntunedRuntime.GetExecutionContext();
                    var parameters = await IntunedRuntime.GetAuthSessionParametersAsync<Dictionary<string, string>>();
                    return new
                    {
                        hook = IntunedRuntime.AttemptStore.Get<string>("hook"),
                        nothing = IntunedRuntime.AttemptStore.TryGet<object>("nothing", out var nothing) ? nothing : "was never set",
                        missing = IntunedRuntime.AttemptStore.Get<string>("missing"),
                        username = parameters["username"],
                        hasRun = context?.RunId is not null,
                        session = context?.AuthSessionId,
                        jobRun = context?.JobRunId,
                    };
                }
            }
            """)
        .With("api/flaky.cs", """
            public static class Flaky
            {
                public record Input(string Marker);
                public static string Run(Input input)
                {
                    if (!File.Exists(input.Marker)) { File.WriteAllText(input.Marker, ""); throw new InvalidOperationException("not yet"); }
                    return "the second time";
                }
            }
            """)
        .With("api/hang.cs", """
            using Microsoft.Playwright;
            public static class Hang { public static Task RunAsync(IPage page) => page.WaitForTimeoutAsync(600000); }
            """)
        .With("api/crash.cs", "public static class Crash { public static void Run() => System.Environment.Exit(7); }")
        .With("api/big.cs", "public static class Big { public static string Run() => new('x', 3 * 1024 * 1024); }")
        .With("api/extend.cs", """
            using Intuned;
            public static class Extend { public static void Run() => IntunedRuntime.ExtendPayload("list-employees", new { limit = 1 }); }
            """)
        .With("api/leak.cs", """
            using Intuned;
            using Microsoft.Playwright;
            namespace SampleHr;
            public static class Leak
            {
                public static async Task<object> RunAsync(IPage page)
                {
                    var credentials = await IntunedRuntime.GetAuthSessionParametersAsync<Dictionary<string, string>>();
                    Console.WriteLine($"leaking {credentials["password"]}");
                    await page.GotoAsync(Site.Url("employees"));
                    await page.EvaluateAsync("text => { document.title = text; }", credentials["password"]);
                    return credentials;
                }
            }
            """);

    private static void AddPython(ProjectArchive archive, string login, string origins, string kinds) => archive
        .With("utils/login.py", login)
        .With("utils/storage.py", $$"""
            origins = {{origins}}
            kinds = {{kinds}}

            async def proves(page, origin, kind):
                await page.goto(f"{origin}/proof/{kind}")
                await page.wait_for_selector("#yes, #no", state="attached")
                return await page.locator("#yes").count() == 1
            """)
        .With("auth-sessions/create.py", """
            from utils.login import create as login
            from utils.storage import origins

            async def create(page, params):
                for origin in origins:
                    await page.goto(f"{origin}/enter")
                    await page.wait_for_selector("#ready", state="attached")
                await login(page, params)
            """)
        .With("hooks/setup_context.py", """
            from intuned_runtime import attempt_store

            async def setup_context(*, cdp_url, api_name, api_parameters):
                attempt_store.set("hook", api_name)
            """)
        .With("api/prove-all.py", """
            from utils.storage import kinds, origins, proves

            async def automation(page, params):
                return {"missing": [f"{kind} of {origin}" for kind in kinds for origin in origins if not await proves(page, origin, kind)]}
            """)
        .With("api/runtime.py", """
            from intuned_runtime import IntunedContext, attempt_store, extend_timeout, get_auth_session_parameters

            async def automation(page, params):
                attempt_store.set("nothing", None)
                extend_timeout()
                context = IntunedContext.current().run_context
                parameters = await get_auth_session_parameters()
                return {"hook": attempt_store.get("hook"), "nothing": attempt_store.get("nothing"), "missing": attempt_store.get("missing"),
                        "username": parameters["username"], "hasRun": context.run_id is not None, "session": context.auth_session_id,
                        "jobRun": context.job_run_id}
            """)
        .With("api/flaky.py", """
            import pathlib

            async def automation(page, params):
                marker = pathlib.Path(params["marker"])
                if not marker.exists():
                    marker.touch()
                    raise RuntimeError("not yet")
                return "the second time"
            """)
        .With("api/hang.py", "async def automation(page, params):\n    await page.wait_for_timeout(600000)\n")
        .With("api/crash.py", "import sys\n\nasync def automation(page, params):\n    sys.exit(7)\n")
        .With("api/big.py", "async def automation(page, params):\n    return 'x' * (3 * 1024 * 1024)\n")
        .With("api/extend.py", """
            from intuned_runtime import extend_payload

            async def automation(page, params):
                extend_payload({"api": "list-employees", "parameters": {"limit": 1}})
            """)
        .With("api/leak.py", """
            from intuned_runtime import get_auth_session_parameters
            from utils.site import site_url

            async def automation(page, params):
                credentials = await get_auth_session_parameters()
                print("leaking", credentials["password"])
                await page.goto(site_url("employees"))
                await page.evaluate("text => { document.title = text; }", credentials["password"])
                return credentials
            """);
}
