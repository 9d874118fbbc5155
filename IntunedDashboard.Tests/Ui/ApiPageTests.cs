using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Ui;

[Collection(BrowserGroup.Name)]
public sealed class ApiPageTests(BrowserHost host) : IAsyncLifetime
{
    public Task InitializeAsync() => host.GetRunsAsync();

    public Task DisposeAsync()
    {
        host.AssertNoComplaints();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_operation_is_found_filled_in_and_sent_as_the_person()
    {
        var page = await host.OpenAsync("/api-reference");
        await page.GetByRole(AriaRole.Link, new() { Name = "GET getAuthSession", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("workspaceId")).ToHaveValueAsync(host.Flow.App.WorkspaceId.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(page.Locator(".api-answer")).ToHaveTextAsync("Enter projectName.");
        await page.GetByLabel("projectName").FillAsync("flow");
        await page.GetByLabel("authSessionId").FillAsync("pages");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".api-answer .chip")).ToHaveTextAsync("200 OK");
        var answer = JsonNode.Parse(await page.Locator(".api-answer pre").InnerTextAsync())!;
        Assert.Equal("READY", answer["status"]!.GetValue<string>());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_change_is_sent_with_the_persons_right_or_with_the_key_that_was_typed()
    {
        var page = await host.OpenAsync("/api-reference?op=runApiStart");
        await page.GetByLabel("projectName").FillAsync("flow");
        await page.GetByLabel("Body").FillAsync("""{"api":"hello","parameters":{},"authSession":{"id":"pages"}}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(page.Locator(".api-answer .chip")).ToHaveTextAsync("201 Created");
        var runId = JsonNode.Parse(await page.Locator(".api-answer pre").InnerTextAsync())!["runId"]!.GetValue<string>();
        await host.Flow.EndAsync(runId);

        await page.GetByLabel("API key").FillAsync("ik_nobody");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(page.Locator(".api-answer .chip")).ToHaveTextAsync("401 Unauthorized");
        await page.Context.CloseAsync();
        host.ForgetComplaints("401");
    }

    [Fact]
    public async Task A_run_form_is_copied_as_code_and_a_session_form_without_its_secrets()
    {
        var page = await host.OpenAsync($"{BrowserHost.Project}/runs?new=1");
        await page.Locator("dialog[open] .copy-as > summary").ClickAsync();
        var curl = await CopyOf(page, "curl").GetAttributeAsync("data-copy");
        Assert.Contains($"/api/v1/workspace/{host.Flow.App.WorkspaceId}/projects/flow/run/start'", curl, StringComparison.Ordinal);
        Assert.Contains("\"api\": \"hello\"", curl, StringComparison.Ordinal);
        Assert.Contains("$INTUNED_API_KEY", curl, StringComparison.Ordinal);

        await page.GotoAsync($"{BrowserHost.Project}/auth-sessions?new=1");
        await page.GetByLabel("password", new() { Exact = true }).FillAsync("typed-secret-1");
        await page.GetByLabel("username").FillAsync("somebody");
        await page.GetByLabel("Proxy").FillAsync("http://me:proxy-secret-1@proxy.test:8080");
        await page.Locator("dialog[open] .copy-as > summary").ClickAsync();
        await Assertions.Expect(CopyOf(page, "curl")).ToHaveAttributeAsync("data-copy", new System.Text.RegularExpressions.Regex("proxy.test"));
        foreach (var language in new[] { "curl", "TypeScript", "Python", "Command line" })
        {
            var text = await CopyOf(page, language).GetAttributeAsync("data-copy");
            Assert.Contains("somebody", text, StringComparison.Ordinal);
            Assert.Contains("<password>", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-1", text, StringComparison.Ordinal);
        }

        await page.GetByLabel("With the secrets I typed").CheckAsync();
        await Assertions.Expect(CopyOf(page, "curl")).ToHaveAttributeAsync("data-copy", new System.Text.RegularExpressions.Regex("typed-secret-1"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_admin_adds_a_person_who_can_sign_in()
    {
        var page = await host.OpenAsync("/settings/users");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add user" }).ClickAsync();
        await page.GetByLabel("Email").FillAsync("added@example.test");
        await page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync(nameof(Role.Viewer));
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".key-created code")).Not.ToBeEmptyAsync();
        await Assertions.Expect(page.GetByLabel("Role of added@example.test")).ToHaveValueAsync(nameof(Role.Viewer));
        await page.GetByLabel("Role of added@example.test").SelectOptionAsync(nameof(Role.Operator));
        await Assertions.Expect(page.GetByText("added@example.test has the role Operator now.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static ILocator CopyOf(IPage page, string language) =>
        page.Locator("dialog[open] .copy-as").GetByRole(AriaRole.Button, new() { Name = language, Exact = true });
}
