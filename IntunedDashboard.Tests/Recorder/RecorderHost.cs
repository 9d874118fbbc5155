using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

[CollectionDefinition(Name)]
public sealed class RecorderGroup : ICollectionFixture<RecorderHost>
{
    public const string Name = "recorder";
}

/// <summary>The whole product with real browsers, a project whose sessions people log in, and a browser in front of it.</summary>
public sealed class RecorderHost : IAsyncLifetime
{
    public const string ProjectName = "by-hand";

    public const string Pages = $"/projects/{ProjectName}/auth-sessions";

    private readonly TestBrowser _browser = new();

    public AppHost App { get; private set; } = null!;

    public TwoStepSite Site { get; private set; } = null!;

    /// <summary>A site that may show logins in a frame.</summary>
    public TwoStepSite Partner { get; private set; } = null!;

    public ProjectDriver Project { get; private set; } = null!;

    public RecorderSessions Recorders => App.Services.GetRequiredService<RecorderSessions>();

    public async Task InitializeAsync()
    {
        Site = await TwoStepSite.StartAsync();
        Partner = await TwoStepSite.StartAsync();
        App = await AppHost.StartAsync(new Dictionary<string, string>
        {
            ["Network:AllowPrivateTargets"] = "true",
            ["Sample:Enabled"] = "true",
            ["Recorder:MaxConcurrent"] = "20",
            ["Recorder:ReconnectTime"] = "00:00:30",
            ["Recorder:AllowedOrigins"] = $"{Partner.Url} https://elsewhere.example",
        });
        Project = new ProjectDriver(App, ProjectName) { SaveTraces = false };
        await Project.DeployAsync(Archive(Site.Url));
        await _browser.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        Project.Dispose();
        await App.DisposeAsync();
        await Site.DisposeAsync();
        await Partner.DisposeAsync();
    }

    /// <summary>A page of a signed-in operator.</summary>
    public async Task<IPage> OpenAsync(string path, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(App, options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1000, Height = 700 } });
        await App.SignInAsync(context, IntunedDashboard.Identity.Role.Operator);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>A page of somebody without an account.</summary>
    public async Task<IPage> OpenAsStrangerAsync(string url, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(App, options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 800, Height = 600 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(url);
        return page;
    }

    /// <summary>A new session whose browser is open in front of a person.</summary>
    public async Task<Viewer> RecordAsync(string id, BrowserNewContextOptions? options = null)
    {
        var page = await OpenAsync($"{Pages}?new=1", options);
        var sheet = page.GetByRole(AriaRole.Dialog, new() { Name = "New AuthSession" });
        await sheet.GetByLabel("Id").FillAsync(id);
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Open the browser" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/{id}/recorder$"), new() { Timeout = 30_000 });
        var viewer = new Viewer(page);
        await viewer.WaitForPageAsync("/login");
        return viewer;
    }

    public async Task<string> StatusAsync(string id) => ProjectDriver.Text(await Project.GetAsync($"/auth-sessions/{id}"), "status");

    /// <summary>The API's answer with the session's login.</summary>
    public Task<JsonObject> RunAsync(string id) => Project.RunAsync("read", SessionOf(id));

    /// <summary>As a Run names it; only a person can log such a session in.</summary>
    public static JsonObject SessionOf(string id) => new() { ["id"] = id, ["autoRecreate"] = false };

    public static ProjectArchive Archive(string url) => new ProjectArchive()
        .With("Intuned.jsonc", $$"""
            {
              "version": "2.0",
              "authSessions": { "enabled": true, "type": "MANUAL", "startUrl": "{{url}}/login", "finishUrl": "{{url}}/welcome" }
            }
            """)
        .With("package.json", """{ "name": "by-hand" }""")
        .With("auth-sessions/check.ts", $$"""
            import type { Page } from "playwright";
            export default async function check(page: Page) {
              await page.goto("{{url}}/account");
              return (await page.locator("#user").count()) > 0;
            }
            """)
        .With("api/wait.ts", $$"""
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) {
              await page.goto("{{url}}/types");
              await page.getByRole("textbox").fill("Somebody watches");
              await page.evaluate(() => fetch("/held"));
            }
            """)
        .With("api/log-out.ts", $$"""
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) {
              await page.goto("{{url}}/log-everybody-out");
            }
            """)
        .With("api/read.ts", $$"""
            import type { Page } from "playwright";
            export default async function handler(params: unknown, page: Page) {
              await page.goto("{{url}}/account");
              if (!(await page.locator("#user").count())) throw new Error("Not logged in.");
              const user = await page.locator("#user").textContent();
              const stores = await page.evaluate(() => [localStorage.getItem("device"), sessionStorage.getItem("tab")]);
              // What the login left is redacted in results: they only say whether it is there.
              return { user, stores: stores.map(s => (s ?? "").length) };
            }
            """);
}
