using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>What somebody does who has just started the program: in a real browser, against the built program, without a reload.</summary>
public sealed class FirstFiveMinutesTests(TestBrowser browser) : IClassFixture<TestBrowser>
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patiently = new() { Timeout = 60_000 };

    [Fact]
    public async Task From_the_set_up_page_to_the_recorded_actions_of_a_validated_Run()
    {
        using var data = new TemporaryFolder("first");
        await using var dashboard = await DashboardProcess.StartAsync(data.Path, "--Sample:Enabled=true");
        var page = await browser.OpenAsync(dashboard.BaseUrl);
        page.SetDefaultTimeout(30_000);

        await page.GotoAsync(dashboard.BaseUrl);
        await page.GetByLabel("Email").FillAsync("admin@example.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(AppHost.Password);
        await page.GetByLabel("Password again").FillAsync(AppHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the admin account" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "sample-hr" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "AuthSessions" }).First.ClickAsync();
        await page.EvaluateAsync("window.neverReloaded = true");
        await page.GetByRole(AriaRole.Link, new() { Name = "New AuthSession" }).First.ClickAsync();
        await page.GetByLabel("Id", new() { Exact = false }).First.FillAsync("first-session");
        await page.GetByLabel("username").FillAsync("demo");
        await page.GetByLabel("password", new() { Exact = true }).FillAsync("demo-password-1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("Ready").First).ToBeVisibleAsync(Patiently);
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        // The sheet closes at once; its address goes with the server's answer, which would undo a click that came in between.
        await Expect(page).ToHaveURLAsync(new Regex("/auth-sessions$"));
        await Expect(page.GetByText("first-session").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "AuthSession:Create" }).First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Start Run" }).First.ClickAsync();
        await page.GetByLabel("API", new() { Exact = true }).SelectOptionAsync("list-employees");
        await page.GetByLabel("AuthSession", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Value = "first-session" });
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Start Run" }).ClickAsync();

        // The Run's own page follows it: its Validate Run first, then the API, without anybody asking again.
        await Expect(page).ToHaveURLAsync(new Regex("/runs/[A-Za-z0-9]{21}"), new() { Timeout = 30_000 });
        await Expect(page.GetByText("Completed").First).ToBeVisibleAsync(Patiently);
        Assert.True(await page.EvaluateAsync<bool>("window.neverReloaded === true"));

        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "AuthSession:Validate" }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "list-employees" }).First).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.neverReloaded === true"));
        await page.GetByRole(AriaRole.Link, new() { Name = "list-employees" }).First.ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Trace", Exact = true }).First.ClickAsync();
        var viewer = page.FrameLocator("iframe[title^='Trace of attempt']");
        await Expect(viewer.GetByText(new Regex("employees")).First).ToBeVisibleAsync(Patiently);
        await Expect(viewer.GetByText(new Regex("Navigate|goto", RegexOptions.IgnoreCase)).First).ToBeVisibleAsync(Patiently);
    }
}
