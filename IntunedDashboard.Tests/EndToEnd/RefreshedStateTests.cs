using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>A site whose token changes with every page: what a Run leaves must serve the next one.</summary>
public sealed class RefreshedStateTests : IAsyncLifetime
{
    private AccountSite _site = null!;
    private AppHost _app = null!;

    public async Task InitializeAsync()
    {
        _site = await AccountSite.StartAsync();
        _app = await AppHost.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Kept_states_spare_the_login_of_each_next_Run()
    {
        using var project = await DeployAsync("keeping", keeps: true);
        await project.LogInAsync("rotating", []);
        for (var i = 0; i < 3; i++)
        {
            var run = await RunAsync(project, "read");
            Assert.Equal("""{"pages":2}""", run["result"]!.ToJsonString());
        }

        Assert.Equal(1, _site.Logins);
        var details = await project.DetailsAsync("rotating");
        Assert.Equal("READY", ProjectDriver.Text(details, "status"));
        Assert.Equal(5, details["stateVersion"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_does_not_pass_the_check_is_not_kept_and_the_Run_succeeds_all_the_same()
    {
        using var project = await DeployAsync("refusing", keeps: true);
        await project.LogInAsync("rotating", []);
        var before = (await project.DetailsAsync("rotating"))["stateVersion"]!.GetValue<int>();
        var run = await RunAsync(project, "leave");

        var details = await project.DetailsAsync("rotating");
        Assert.Equal(before, details["stateVersion"]!.GetValue<int>());
        Assert.Equal("READY", ProjectDriver.Text(details, "status"));
        var runs = (await project.GetAsync("/runs?pageSize=1"))["runs"]!.AsArray();
        Assert.Equal("AuthSession:Validate", ProjectDriver.Text(runs[0]!, "type"));
        var refused = await project.GetAsync($"/runs/{ProjectDriver.Text(runs[0]!, "runId")}");
        Assert.Equal("check-attempts-failed", ProjectDriver.Text(refused["error"]!, "code"));
        Assert.Equal(ProjectDriver.Text(run, "runId"), ProjectDriver.Text(refused["dependencyOf"]!, "runId"));
    }

    [Fact]
    public async Task Nothing_is_kept_unless_the_project_asks_for_it()
    {
        using var project = await DeployAsync("plain", keeps: false);
        await project.LogInAsync("rotating", []);
        await RunAsync(project, "read");

        Assert.Equal(2, _site.Logins);
        Assert.Equal(2, (await project.DetailsAsync("rotating"))["stateVersion"]!.GetValue<int>());
    }

    private static async Task<JsonObject> RunAsync(ProjectDriver project, string api)
    {
        var run = await project.RunAsync(api, new JsonObject { ["id"] = "rotating", ["checkAttempts"] = 1 });
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        return run;
    }

    private async Task<ProjectDriver> DeployAsync(string name, bool keeps)
    {
        var project = new ProjectDriver(_app, name) { SaveTraces = false };
        var setting = keeps ? ", \"keepRefreshedState\": true" : string.Empty;
        await project.DeployAsync(new ProjectArchive()
            .With("Intuned.jsonc", $$"""{ "version": "2.0", "authSessions": { "enabled": true, "type": "API"{{setting}} } }""")
            .With("package.json", """{ "name": "rotating" }""")
            .With("auth-sessions/create.ts", $$"""
                export default async function create(params: unknown, page: import("playwright").Page) {
                  await page.goto("{{_site.Url}}/rotating/login");
                }
                """)
            .With("auth-sessions/check.ts", $$"""
                export default async function check(page: import("playwright").Page) {
                  await page.goto("{{_site.Url}}/rotating/page");
                  return (await page.locator("#in").count()) === 1;
                }
                """)
            .With("api/read.ts", $$"""
                export default async function handler(params: unknown, page: import("playwright").Page) {
                  let pages = 0;
                  for (let i = 0; i < 2; i++) {
                    await page.goto("{{_site.Url}}/rotating/page");
                    pages += await page.locator("#in").count();
                  }
                  return { pages };
                }
                """)
            .With("api/leave.ts", """
                export default async function handler(params: unknown, page: import("playwright").Page) {
                  await page.context().clearCookies();
                }
                """));
        return project;
    }
}
