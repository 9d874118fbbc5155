using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>People behind a proxy do not notice more of a node's end than a page that was loaded again.</summary>
public sealed class OtherNodeTests(TestBrowser browser) : IClassFixture<TestBrowser>
{
    [PostgresFact]
    public async Task A_page_whose_node_dies_goes_on_at_another_one_with_the_same_address_and_account()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        using var data = new TemporaryFolder("other-node");
        await using var proxy = new SwitchingProxy();
        string[] settings =
        [
            "--Database:Provider=Postgres", $"--Database:ConnectionString={connection}", $"--Dashboard:PublicUrl={proxy.Url}", "--Node:BrowserSlots=1",
        ];
        await using var first = new SampleDashboard(data.Path);
        await first.StartAsync([.. settings, "--Node:Name=first"]);
        await using var second = first.ForSameData();
        await second.StartAsync([.. settings, "--Node:Name=second"]);

        proxy.PassTo(first.Process.BaseUrl);
        var page = await browser.OpenAsync(proxy.Url);
        await page.GotoAsync("/account/login");
        await page.GetByLabel("Email").FillAsync("admin@example.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(AppHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GotoAsync("/projects/sample-hr/auth-sessions");
        await Expect(page.GetByText("No AuthSessions yet").First).ToBeVisibleAsync();

        proxy.PassTo(second.Process.BaseUrl);
        await first.Process.KillAsync();
        await second.LogInAsync("after-the-end");

        // Without anybody touching it, the page shows at the other node what happens there.
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "after-the-end" }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page).ToHaveURLAsync(new Regex("/projects/sample-hr/auth-sessions$"));
        await second.StartRunAsync("after-the-end");
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "list-employees" }).First).ToBeVisibleAsync();
    }
}
