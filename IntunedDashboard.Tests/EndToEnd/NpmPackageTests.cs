using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Packages that published projects use, from whichever registry npm is set up with here.</summary>
public sealed class NpmPackageTests(AppHost app) : IClassFixture<AppHost>
{
    [NpmFact]
    public async Task A_project_with_zod_and_jsdom_deploys_and_runs()
    {
        using var project = new ProjectDriver(app, "jsdom") { SaveTraces = false };
        // Like published projects, this one imports zod without declaring it.
        await project.DeployAsync(new ProjectArchive()
            .With("Intuned.jsonc", """{ "version": "2.0" }""")
            .With("package.json", """{ "name": "default", "dependencies": { "@intuned/browser": "0.1.17", "playwright": "~1.61.1", "jsdom": "^24.0.0" }, "devDependencies": { "@types/jsdom": "^21.1.6" } }""")
            .With("tsconfig.json", """{ "compilerOptions": { "strict": true, "module": "NodeNext" } }""")
            .With("utils/schemas.ts", """
                import z from "zod";
                export const Row = z.object({ name: z.string(), age: z.coerce.number().int() });
                export type Row = z.infer<typeof Row>;
                """)
            .With("api/read.ts", """
                import { JSDOM } from "jsdom";
                import type { Page } from "playwright";
                import { z } from "zod";
                import { Row } from "../utils/schemas";
                const Params = z.object({ least: z.number().default(0) });
                export default async function handler(params: z.input<typeof Params>, page: Page): Promise<Row[]> {
                  const parsed = Params.safeParse(params);
                  if (!parsed.success) throw new Error(parsed.error.issues.map(issue => issue.message).join());
                  await page.setContent("<table><tr><td>Ann</td><td>41</td></tr><tr><td>Bo</td><td>7</td></tr></table>");
                  const { document } = new JSDOM(await page.content()).window;
                  const rows = [...document.querySelectorAll("tr")].map(row => [...row.querySelectorAll("td")].map(cell => cell.textContent));
                  return rows.map(([name, age]) => Row.parse({ name, age })).filter(row => row.age >= parsed.data.least);
                }
                """));

        var run = await project.RunAsync("read", null, parameters: new JsonObject { ["least"] = 10 });
        var refused = await project.RunAsync("read", null, parameters: new JsonObject { ["least"] = "ten" });

        Assert.Equal("""[{"name":"Ann","age":41}]""", run["result"]!.ToJsonString());
        Assert.Contains("Expected number", refused["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        var deployment = (await project.GetAsync("/deployments"))["deployments"]![0]!;
        Assert.DoesNotContain(deployment["diagnostics"]!.AsArray(), d => d!["severity"]!.GetValue<string>() == "error");
    }
}
