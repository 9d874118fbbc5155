using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>The same project in each language. It tells what it was told, so that a test sees it removed.</summary>
internal static class SecondFactorProject
{
    public const string Marker = "a-marker-that-is-no-secret";

    /// <summary>Of RFC 6238: the ASCII text 12345678901234567890, and the code of its second 59.</summary>
    public const string TotpSecret = "gezd gnbv gy3t qojq gezd gnbv gy3t qojq";
    public const string TotpSecretInAddress = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    public const string TotpCode = "94287082";

    public static ProjectArchive In(string language, string url)
    {
        var archive = new ProjectArchive().With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""");
        return language switch
        {
            "python" => Python(archive, url),
            "csharp" => CSharp(archive, url),
            _ => TypeScript(archive, url),
        };
    }

    private static ProjectArchive TypeScript(ProjectArchive archive, string url) => archive
        .With("package.json", """{ "name": "second" }""")
        .With("tsconfig.json", """{ "compilerOptions": { "strict": true, "noEmitOnError": true } }""")
        .With("auth-sessions/create.ts", $$"""
            import type { Page } from "playwright";
            import { HumanRequestError, requestHuman } from "@intuned/runtime";
            interface Params { user: string; password: string; patience: number }
            export default async function create(params: Params, page: Page) {
              await page.goto("{{url}}/login");
              await page.getByPlaceholder("User").fill(params.user);
              await page.getByPlaceholder("Password").fill(params.password);
              await page.getByRole("button").click();
              try {
                const { code, way } = await requestHuman({
                  message: `Enter the code of ${params.user}.`,
                  fields: [{ name: "code", label: "Code", type: "code" }, { name: "way", type: "choice", choices: ["App", `Letter to ${params.user}`] }],
                  timeout: params.patience * 1000,
                });
                console.log("{{Marker}}", way === `Letter to ${params.user}`, code, encodeURIComponent(code), Buffer.from(code).toString("base64"));
                await page.getByPlaceholder("Code").fill(code);
              } catch (error) {
                if (error instanceof HumanRequestError) console.log(`reason: ${error.reason}`);
                throw error;
              }
              await page.getByRole("button").click();
              await page.waitForSelector("#in", { timeout: 5000 });
            }
            """)
        .With("auth-sessions/check.ts", $$"""
            import type { Page } from "playwright";
            export default async function check(page: Page) {
              await page.goto("{{url}}/account");
              return (await page.locator("#in").count()) === 1;
            }
            """)
        .With("api/codes.ts", $$"""
            import { requestHuman, totp } from "@intuned/runtime";
            export default async function handler() {
              const time = new Date(59_000);
              console.log("{{Marker}}", totp("{{TotpSecret}}", { digits: 8, time }));
              return {
                codes: [
                  totp("{{TotpSecret}}", { digits: 8, time }),
                  totp("otpauth://totp/Site:anna?secret={{TotpSecretInAddress}}&digits=8&period=30&algorithm=SHA1", { time: 1111111109_000 }),
                  totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====", { digits: 8, algorithm: "SHA256", time }),
                  totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=", { digits: 8, algorithm: "SHA512", time }),
                ],
                now: totp("{{TotpSecret}}").length,
                faults: [
                  await fault(() => totp("not base 1089")), await fault(() => totp("{{TotpSecret}}", { digits: 3 })), await fault(() => totp("otpauth://hotp/x?secret=GEZDGNBV")),
                  await fault(() => requestHuman({ message: "" })), await fault(() => requestHuman({ message: "x", timeout: 5 })),
                  await fault(() => requestHuman({ message: "x", fields: [{ name: "1" }] })),
                ],
              };
            }
            async function fault(call: () => unknown) {
              try { await call(); return "none"; } catch (error) { return (error as Error).message; }
            }
            """);

    private static ProjectArchive Python(ProjectArchive archive, string url) => archive
        .With("pyproject.toml", "[project]\nname = \"second\"\nversion = \"0.1.0\"\n")
        .With("auth-sessions/create.py", $$"""
            import base64
            from urllib.parse import quote
            from intuned_runtime import HumanRequestError, request_human

            async def create(page, params):
                await page.goto("{{url}}/login")
                await page.get_by_placeholder("User").fill(params["user"])
                await page.get_by_placeholder("Password").fill(params["password"])
                await page.get_by_role("button").click()
                letter = f"Letter to {params['user']}"
                try:
                    answer = await request_human(
                        message=f"Enter the code of {params['user']}.",
                        fields=[{"name": "code", "label": "Code", "type": "code"}, {"name": "way", "type": "choice", "choices": ["App", letter]}],
                        timeout_s=params["patience"],
                    )
                except HumanRequestError as error:
                    print("reason:", error.reason)
                    raise
                code = answer["code"]
                print("{{Marker}}", str(answer["way"] == letter).lower(), code, quote(code), base64.b64encode(code.encode()).decode())
                await page.get_by_placeholder("Code").fill(code)
                await page.get_by_role("button").click()
                await page.wait_for_selector("#in", timeout=5000)
            """)
        .With("auth-sessions/check.py", $$"""
            async def check(page):
                await page.goto("{{url}}/account")
                return await page.locator("#in").count() == 1
            """)
        .With("api/codes.py", $$"""
            import inspect
            from datetime import datetime, timezone
            from intuned_runtime import request_human, totp

            async def automation(page, params):
                time = datetime.fromtimestamp(59, timezone.utc)
                print("{{Marker}}", totp("{{TotpSecret}}", digits=8, time=time))
                return {
                    "codes": [
                        totp("{{TotpSecret}}", digits=8, time=time),
                        totp("otpauth://totp/Site:anna?secret={{TotpSecretInAddress}}&digits=8&period=30&algorithm=SHA1", time=1111111109),
                        totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====", digits=8, algorithm="SHA256", time=time),
                        totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=", digits=8, algorithm="SHA512", time=time),
                    ],
                    "now": len(totp("{{TotpSecret}}")),
                    "faults": [
                        await fault(lambda: totp("not base 1089")), await fault(lambda: totp("{{TotpSecret}}", digits=3)), await fault(lambda: totp("otpauth://hotp/x?secret=GEZDGNBV")),
                        await fault(lambda: request_human("")), await fault(lambda: request_human("x", timeout_s=0.005)),
                        await fault(lambda: request_human("x", fields=[{"name": "1"}])),
                    ],
                }

            async def fault(call):
                try:
                    value = call()
                    if inspect.isawaitable(value):
                        await value
                    return "none"
                except Exception as error:
                    return str(error)
            """);

    private static ProjectArchive CSharp(ProjectArchive archive, string url) => archive
        .With("auth-sessions/create.cs", $$"""
            using System;
            using System.Text;
            using System.Threading.Tasks;
            using Intuned;
            using Microsoft.Playwright;

            public sealed record Params(string User, string Password, double Patience);

            public static class Login
            {
                public static async Task CreateAsync(Params credentials, IPage page)
                {
                    await page.GotoAsync("{{url}}/login");
                    await page.GetByPlaceholder("User").FillAsync(credentials.User);
                    await page.GetByPlaceholder("Password").FillAsync(credentials.Password);
                    await page.GetByRole(AriaRole.Button).ClickAsync();
                    var letter = $"Letter to {credentials.User}";
                    try
                    {
                        var answer = await IntunedRuntime.RequestHumanAsync(
                            $"Enter the code of {credentials.User}.",
                            [new HumanField("code", HumanFieldType.Code, "Code"), new HumanField("way", HumanFieldType.Choice) { Choices = ["App", letter] }],
                            TimeSpan.FromSeconds(credentials.Patience));
                        var code = answer["code"];
                        Console.WriteLine($"{{Marker}} {(answer["way"] == letter ? "true" : "false")} {code} {Uri.EscapeDataString(code)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(code))}");
                        await page.GetByPlaceholder("Code").FillAsync(code);
                    }
                    catch (HumanRequestError error)
                    {
                        Console.WriteLine($"reason: {(error.Reason == HumanRequestFailure.TimedOut ? "timed-out" : "declined")}");
                        throw;
                    }

                    await page.GetByRole(AriaRole.Button).ClickAsync();
                    await page.WaitForSelectorAsync("#in", new() { Timeout = 5000 });
                }
            }
            """)
        .With("auth-sessions/check.cs", $$"""
            using System.Threading.Tasks;
            using Microsoft.Playwright;

            public static class LoginCheck
            {
                public static async Task<bool> CheckAsync(IPage page)
                {
                    await page.GotoAsync("{{url}}/account");
                    return await page.Locator("#in").CountAsync() == 1;
                }
            }
            """)
        .With("api/codes.cs", $$"""
            using System;
            using System.Security.Cryptography;
            using System.Threading.Tasks;
            using Intuned;

            public static class Codes
            {
                private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(59);

                public static async Task<object> RunAsync()
                {
                    Console.WriteLine("{{Marker}} " + IntunedRuntime.Totp("{{TotpSecret}}", new TotpOptions { Digits = 8, Time = Time }));
                    return new
                    {
                        codes = new[]
                        {
                            IntunedRuntime.Totp("{{TotpSecret}}", new TotpOptions { Digits = 8, Time = Time }),
                            IntunedRuntime.Totp(
                                "otpauth://totp/Site:anna?secret={{TotpSecretInAddress}}&digits=8&period=30&algorithm=SHA1",
                                new TotpOptions { Time = DateTimeOffset.FromUnixTimeSeconds(1111111109) }),
                            IntunedRuntime.Totp(
                                "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====",
                                new TotpOptions { Digits = 8, Algorithm = HashAlgorithmName.SHA256, Time = Time }),
                            IntunedRuntime.Totp(
                                "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=",
                                new TotpOptions { Digits = 8, Algorithm = HashAlgorithmName.SHA512, Time = Time }),
                        },
                        now = IntunedRuntime.Totp("{{TotpSecret}}").Length,
                        faults = new[]
                        {
                            await FaultAsync(() => Task.FromResult(IntunedRuntime.Totp("not base 1089"))),
                            await FaultAsync(() => Task.FromResult(IntunedRuntime.Totp("{{TotpSecret}}", new TotpOptions { Digits = 3 }))),
                            await FaultAsync(() => Task.FromResult(IntunedRuntime.Totp("otpauth://hotp/x?secret=GEZDGNBV"))),
                            await FaultAsync(() => IntunedRuntime.RequestHumanAsync("")),
                            await FaultAsync(() => IntunedRuntime.RequestHumanAsync("x", timeout: TimeSpan.FromMilliseconds(5))),
                            await FaultAsync(() => IntunedRuntime.RequestHumanAsync("x", [new HumanField("1")])),
                        },
                    };
                }

                private static async Task<string> FaultAsync<T>(Func<Task<T>> call)
                {
                    try
                    {
                        await call();
                        return "none";
                    }
                    catch (Exception error)
                    {
                        return error.Message;
                    }
                }
            }
            """);
}
