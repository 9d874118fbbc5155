using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Whatever kind of storage a site keeps its login in, on whichever of its origins: it is there again.</summary>
public sealed class SessionStateTests : IAsyncLifetime
{
    private StorageSite _site = null!;
    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _site = await StorageSite.StartAsync();
        _app = await AppHost.StartAsync();
        _project = new ProjectDriver(_app, "storage") { SaveTraces = false };
        await _project.DeployAsync(Archive(_site));
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task A_check_that_relies_on_one_kind_passes_with_it_and_fails_without_it_on_both_origins()
    {
        foreach (var kind in StorageSite.Kinds)
        {
            await _project.LogInAsync($"with-{kind}", new JsonObject { ["proof"] = kind, ["left_out"] = string.Empty });
            var (without, _) = await _project.OperateAsync("create", new JsonObject
            {
                ["id"] = $"without-{kind}",
                ["parameters"] = new JsonObject { ["proof"] = kind, ["left_out"] = kind },
                ["checkAttempts"] = 1,
                ["saveTrace"] = false,
            });

            Assert.True(ProjectDriver.Text(without, "status") == "failed", kind);
            Assert.Equal("post-create-check-attempts-failed", ProjectDriver.Text(without["error"]!, "code"));
        }
    }

    [Fact]
    public async Task A_Run_after_a_restart_of_the_server_has_every_kind_from_its_first_line_on()
    {
        await _project.LogInAsync("kept-login", new JsonObject { ["proof"] = "session-storage", ["left_out"] = string.Empty });
        await _app.RestartAsync();
        using var project = new ProjectDriver(_app, "storage") { SaveTraces = false };
        var run = await project.RunAsync("prove-all", new JsonObject { ["id"] = "kept-login", ["autoRecreate"] = false, ["checkAttempts"] = 1 });

        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        Assert.Equal("""{"cookiesAtTheFirstLine":6,"missing":[]}""", run["result"]!.ToJsonString());
        var details = await project.DetailsAsync("kept-login");
        Assert.Equal(1, details["stateVersion"]!.GetValue<int>());
        Assert.Equal(2, details["origins"]!.AsArray().Count);
    }

    private static ProjectArchive Archive(StorageSite site) => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("package.json", """{ "name": "storage" }""")
        .With("utils/site.ts", $$"""
            import type { Page } from "playwright";
            export const kinds = {{System.Text.Json.JsonSerializer.Serialize(StorageSite.Kinds)}};
            export const origins = {{System.Text.Json.JsonSerializer.Serialize(site.Origins)}};
            export async function proves(page: Page, origin: string, kind: string) {
              await page.goto(`${origin}/proof/${kind}`);
              await page.waitForSelector("#yes, #no", { state: "attached" });
              return (await page.locator("#yes").count()) === 1;
            }
            """)
        .With("auth-sessions/create.ts", """
            import type { Page } from "playwright";
            import { origins } from "../utils/site";
            export default async function create(params: { proof: string; left_out: string }, page: Page) {
              for (const origin of origins) {
                await page.goto(`${origin}/enter?skip=${params.left_out}`);
                await page.waitForSelector("#ready", { state: "attached" });
              }
            }
            """)
        .With("auth-sessions/check.ts", """
            import type { Page } from "playwright";
            import { getAuthSessionParameters } from "@intuned/runtime";
            import { origins, proves } from "../utils/site";
            export default async function check(page: Page) {
              const { proof } = (await getAuthSessionParameters()) as { proof: string };
              for (const origin of origins) {
                if (!(await proves(page, origin, proof))) return false;
              }
              return true;
            }
            """)
        .With("api/prove-all.ts", """
            import type { BrowserContext, Page } from "playwright";
            import { kinds, origins, proves } from "../utils/site";
            export default async function handler(params: unknown, page: Page, context: BrowserContext) {
              const cookiesAtTheFirstLine = (await context.cookies()).length;
              const missing: string[] = [];
              for (const kind of kinds) {
                for (const [index, origin] of origins.entries()) {
                  if (!(await proves(page, origin, kind))) missing.push(`${kind} of origin ${index}`);
                }
              }
              return { cookiesAtTheFirstLine, missing };
            }
            """);
}
