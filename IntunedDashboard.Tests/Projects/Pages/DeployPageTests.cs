using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Projects.Pages;

public sealed class DeployPageTests(AppHost host, TestBrowser browser) : IClassFixture<AppHost>, IClassFixture<TestBrowser>
{
    [Fact]
    public async Task An_archive_chosen_in_the_browser_becomes_a_deployment_whose_faults_are_shown()
    {
        var page = await browser.OpenAsync(host, Role.Developer);
        var archive = ProjectArchive.Minimal().With("api/wrong.ts", "\nexport const n: number = \"x\";\nexport default async () => n;").Zip();
        await page.GotoAsync("/projects");
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploy" }).First.ClickAsync();

        await ChooseAsync(page, "from-browser.zip", archive);
        await Assertions.Expect(page.GetByLabel("Project name")).ToHaveValueAsync("from-browser");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deployment #1" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.GetByText("api/wrong.ts:2:14")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("1 error, which do not stop Runs")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Source" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_dropped_archive_that_is_refused_says_why_and_can_be_replaced()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "dropped", ProjectArchive.Minimal().Zip());
        var page = await browser.OpenAsync(host);
        await page.GotoAsync("/projects/dropped/deployments?new=1");
        await page.Locator(".drop-zone").WaitForAsync();

        await page.Locator(".drop-zone").EvaluateAsync("""
            zone => {
              const data = new DataTransfer();
              data.items.add(new File(["certainly no archive"], "notes.zip"));
              zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """);
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "neither a zip nor a tar.gz" })).ToBeVisibleAsync();

        await ChooseAsync(page, "project.tar.gz", ProjectArchive.Minimal().TarGz());
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deployment #2" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Nothing to complain about.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_list_shows_what_others_deploy_and_delete_without_a_reload()
    {
        using var client = await host.CreateApiClientAsync();
        var page = await browser.OpenAsync(host, Role.Viewer);
        await page.GotoAsync("/projects");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Projects" }).WaitForAsync();
        await page.EvaluateAsync("() => { window.sameDocument = true; }");

        await host.DeployAsync(client, "made-elsewhere", ProjectArchive.Minimal().Zip());
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "made-elsewhere" });
        await Assertions.Expect(row).ToContainTextAsync("Deployed");
        await Assertions.Expect(row).ToContainTextAsync("Succeeded");
        (await client.DeleteAsync(host.ProjectPath("made-elsewhere"))).Dispose();

        await Assertions.Expect(row).ToHaveCountAsync(0);
        Assert.True(await page.EvaluateAsync<bool>("() => window.sameDocument"));
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Deploy" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Deleting_a_project_wants_its_name()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "unwanted", ProjectArchive.Minimal().Zip());
        var page = await browser.OpenAsync(host, Role.Developer);
        await page.GotoAsync("/projects");

        await page.GetByLabel("Actions for unwanted").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        var confirm = page.GetByRole(AriaRole.Button, new() { Name = "Delete project" });
        await Assertions.Expect(confirm).ToBeDisabledAsync();
        await page.GetByLabel("Type unwanted to confirm").FillAsync("unwanted");
        await confirm.ClickAsync();

        await Assertions.Expect(page.GetByText("Deleted unwanted.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "unwanted" })).ToHaveCountAsync(0);
    }

    private static Task ChooseAsync(IPage page, string name, byte[] archive) =>
        page.Locator("archive-upload input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = archive });
}
