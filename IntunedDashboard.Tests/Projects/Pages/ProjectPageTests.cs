using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Projects.Pages;

/// <summary>Projects, their settings, versions and variables, as a developer uses the pages.</summary>
public sealed class ProjectPageTests(AppHost host, TestBrowser browser) : IClassFixture<AppHost>, IClassFixture<TestBrowser>
{
    [Fact]
    public async Task A_project_starts_from_a_template_under_a_name_of_its_own()
    {
        var page = await browser.OpenAsync(host, Role.Developer);
        await page.GotoAsync("/projects?new=1");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("not a name");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Sample HR TypeScript" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Assertions.Expect(page.GetByText("A project's name has letters")).ToBeVisibleAsync();

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("from-template");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deployment #1" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.GetByText("Template Sample HR")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("list-employees")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Saved_settings_become_a_version_whose_file_keeps_its_comments()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "settled", ProjectArchive.Minimal().With("Intuned.jsonc", "{\n  // mine\n  \"version\": \"2.0\",\n  \"region\": \"de\",\n}").Zip());
        var page = await browser.OpenAsync(host, Role.Developer);
        await page.GotoAsync("/projects/settled/settings");
        await Assertions.Expect(page.GetByText("region has no effect")).ToBeVisibleAsync();

        await page.GetByLabel("Width, pixels").FillAsync("100");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and deploy" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Must be a whole number from 200 to 3840.")).ToBeVisibleAsync();
        await page.GetByLabel("Width, pixels").FillAsync("1600");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and deploy" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Show it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deployment #2" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Succeeded");

        await page.GotoAsync("/projects/settled/settings");
        await Assertions.Expect(page.GetByLabel("Width, pixels")).ToHaveValueAsync("1600");
        var queries = host.Services.GetRequiredService<ProjectQueries>();
        var project = (await queries.FindAsync(host.WorkspaceId, "settled", default))!;
        var (directory, file) = await queries.FindSourceAsync(project.Id, project.CurrentDeploymentId!.Value, default);
        Assert.Contains("// mine", await File.ReadAllTextAsync(Path.Combine(directory, file)), StringComparison.Ordinal);

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("settled-anew");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync($"{host.BaseUrl}/projects/settled-anew/settings");
    }

    [Fact]
    public async Task An_earlier_version_is_made_current_and_a_project_goes_out_of_service_and_back()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "versions", ProjectArchive.Minimal().Zip());
        await host.DeployAsync(client, "versions", ProjectArchive.Minimal().With("README.md", "# Second").Zip());
        var page = await browser.OpenAsync(host, Role.Developer);
        await page.GotoAsync("/projects/versions/deployments");
        await page.GetByLabel("Actions for #1").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make current" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Make current" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "#1" }).GetByText("current", new() { Exact = true })).ToBeVisibleAsync();

        await page.GotoAsync("/projects/versions/settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undeploy" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Undeploy" }).ClickAsync();
        await Assertions.Expect(page.GetByText("nothing is deployed")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy again" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save and deploy" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Variables_are_added_changed_and_deleted_and_those_of_the_workspace_are_shown()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "surroundings", ProjectArchive.Minimal().Zip());
        var page = await browser.OpenAsync(host, Role.Developer);
        await AddAsync(page, "/settings/environment", "SHARED_TOKEN", "of the workspace");
        await AddAsync(page, "/projects/surroundings/environment", "OWN_TOKEN", "of the project");
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "SHARED_TOKEN" })).ToContainTextAsync("from the workspace");

        await page.GetByRole(AriaRole.Link, new() { Name = "OWN_TOKEN" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Value")).ToHaveValueAsync(string.Empty);
        await page.GetByLabel("Description").FillAsync("opens the shop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "OWN_TOKEN" })).ToContainTextAsync("opens the shop");

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete OWN_TOKEN" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "OWN_TOKEN" })).ToHaveCountAsync(0);
        Assert.DoesNotContain("of the project", await page.ContentAsync(), StringComparison.Ordinal);
    }

    private static async Task AddAsync(IPage page, string path, string key, string value)
    {
        await page.GotoAsync($"{path}?new=1");
        await page.GetByLabel("Key").FillAsync(key);
        await page.GetByLabel("Value").FillAsync(value);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = key })).ToBeVisibleAsync();
    }
}
