using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>The product with a project whose automations stop where a person is needed, and browsers in front of it.</summary>
public class TakeOverHost : IAsyncLifetime
{
    public const string ProjectName = "needs-somebody";

    private readonly TestBrowser _browser = new();

    public AppHost App { get; private set; } = null!;

    public TwoStepSite Site { get; private set; } = null!;

    public ProjectDriver Project { get; private set; } = null!;

    public TakeOvers TakeOvers => App.Services.GetRequiredService<TakeOvers>();

    public virtual async Task InitializeAsync()
    {
        Site = await TwoStepSite.StartAsync();
        App = await StartAppAsync();
        Project = new ProjectDriver(App, ProjectName);
        await Project.DeployAsync(Archive(Site.Url));
        await _browser.InitializeAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        Project.Dispose();
        await App.DisposeAsync();
        await Site.DisposeAsync();
    }

    protected virtual Task<AppHost> StartAppAsync() => AppHost.StartAsync();

    /// <summary>The page of a Run in front of somebody with the role.</summary>
    public async Task<TakeOverPage> OpenAsync(string run, Role role = Role.Operator, BrowserNewContextOptions? options = null)
    {
        var opened = await OpenProjectAsync($"/{run}", role, options);
        await Expect(opened.Panel).ToBeVisibleAsync();
        return opened;
    }

    /// <summary>The list of Runs in front of somebody with the role.</summary>
    public async Task<TakeOverPage> OpenProjectAsync(string below = "", Role role = Role.Operator, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(App, options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1300, Height = 1100 } });
        await App.SignInAsync(context, role);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/projects/{ProjectName}/runs{below}");
        return new TakeOverPage(page);
    }

    /// <returns>The id of a Create Run that waits in front of the code.</returns>
    public async Task<string> BeginLoginAsync(string session)
    {
        var body = new JsonObject
        {
            ["id"] = session, ["parameters"] = new JsonObject(), ["checkAttempts"] = 1, ["createAttempts"] = 1, ["saveTrace"] = true,
        };
        return await WaitingAsync(ProjectDriver.Text(await Project.SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created), "operationId"));
    }

    /// <returns>The id of an API Run that waits.</returns>
    public async Task<string> BeginAsync(string api, string session, JsonObject? parameters = null) => await WaitingAsync(
        await Project.StartAsync(api, new JsonObject { ["id"] = session, ["autoRecreate"] = false }, parameters: parameters));

    /// <summary>A READY session, without anybody in front of a page.</summary>
    public async Task LogInAsync(string session)
    {
        var run = await BeginLoginAsync(session);
        await using var page = await OpenAsync(run);
        await page.TakeOverAsync();
        await page.EnterCodeAsync(Site.Code);
        await page.HandBackAsync();
        Assert.Equal("completed", ProjectDriver.Text(await Project.EndAsync(run), "status"));
    }

    private async Task<string> WaitingAsync(string run)
    {
        await SecondFactorHost.AskedAsync(Project, run);
        return run;
    }

    private static ProjectArchive Archive(string url) => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("package.json", """{ "name": "needs-somebody" }""")
        .With("auth-sessions/create.ts", $$"""
            import { requestHuman } from "@intuned/runtime";
            import type { Page } from "playwright";
            export default async function create(params: unknown, page: Page) {
              await page.goto("{{url}}/login");
              await page.getByPlaceholder("user").fill("{{TwoStepSite.User}}");
              await page.getByPlaceholder("password").fill({{JsonValue.Create(TwoStepSite.Password)!.ToJsonString()}});
              await page.getByRole("button").click();
              await page.waitForURL("**/code");
              await requestHuman({ message: "Type the code of the telephone into the page.", timeout: 300_000 });
              console.log("goes on at " + new URL(page.url()).pathname);
              await page.waitForURL("**/welcome", { timeout: 10_000 });
            }
            """)
        .With("auth-sessions/check.ts", $$"""
            import type { Page } from "playwright";
            export default async function check(page: Page) {
              await page.goto("{{url}}/account");
              return (await page.locator("#user").count()) > 0;
            }
            """)
        .With("api/read.ts", $$"""
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) {
              await page.goto("{{url}}/account");
              return { user: await page.locator("#user").textContent() };
            }
            """)
        .With("api/types.ts", $$"""
            import { requestHuman } from "@intuned/runtime";
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) {
              await page.goto("{{url}}/types");
              await requestHuman({ message: "Write something.", timeout: 300_000 });
              await page.evaluate(() => fetch("/held"));
              const text = await page.getByRole("textbox").inputValue();
              console.log("written: " + text);
              return { length: text.length };
            }
            """)
        .With("api/asks.ts", $$"""
            import { requestHuman } from "@intuned/runtime";
            import type { Page } from "playwright";
            export default async function handler(params: { from: string }, page: Page) {
              await page.goto("{{url}}" + params.from);
              const { way } = await requestHuman({ message: "Look at the page.", fields: [{ name: "way", label: "Way" }], timeout: 300_000 });
              return { way: way.length, still: await page.evaluate(() => 1 + 1) };
            }
            """);
}
