using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;

namespace IntunedDashboard.Tests.Identity;

/// <summary>The account pages and the page of API keys as a person meets them, in a real browser.</summary>
public sealed class AccountPageTests(TestBrowser browser) : IClassFixture<TestBrowser>
{
    [Fact]
    public async Task Set_up_works_without_scripts()
    {
        await using var host = await AppHost.StartFreshAsync();
        await using var context = await browser.NewContextAsync(host, new BrowserNewContextOptions { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        Assert.EndsWith("/setup", page.Url, StringComparison.Ordinal);

        await page.GetByLabel("Email").FillAsync("first@example.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(AppHost.Password);
        await page.GetByLabel("Password again").FillAsync(AppHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the admin account" }).ClickAsync();

        Assert.Equal("/", new Uri(page.Url).AbsolutePath);
    }

    [Fact]
    public async Task An_admin_makes_an_api_key_uses_and_revokes_it_and_signs_out()
    {
        await using var host = await AppHost.StartAsync();
        await using var context = await browser.NewContextAsync(host);
        var page = await context.NewPageAsync();
        var complaints = Complaints(page);
        await page.GotoAsync("/settings/api-keys");
        await page.GetByLabel("Email").FillAsync(AppHost.AdminEmail);
        await page.GetByLabel("Password").FillAsync(AppHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "New API key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Give the key a name")).ToBeVisibleAsync();
        await page.GetByLabel("Name").FillAsync("CI pipeline");
        await page.GetByLabel("Role").SelectOptionAsync("Admin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Assertions.Expect(page.GetByText("is ready. Copy its secret now")).ToBeVisibleAsync();
        var secret = await page.Locator(".key-created code").InnerTextAsync();

        using var program = host.CreateApiClient(secret);
        using var used = await program.GetAsync($"{host.WorkspacePath}/api-keys");
        Assert.True(used.IsSuccessStatusCode);

        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke CI pipeline" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("CI pipeline is revoked.")).ToBeVisibleAsync();
        using var refused = await program.GetAsync($"{host.WorkspacePath}/api-keys");
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);

        await page.Locator("summary", new() { HasText = AppHost.AdminEmail }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await page.GotoAsync("/settings/api-keys");
        Assert.Contains("/account/login", page.Url, StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_role_that_may_not_manage_keys_is_told_so()
    {
        await using var host = await AppHost.StartAsync();
        await using var context = await browser.NewContextAsync(host);
        await host.SignInAsync(context, IntunedDashboard.Identity.Role.Operator);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/settings/api-keys");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not allowed" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/account/login", ColorScheme.Light, 1280)]
    [InlineData("/account/login", ColorScheme.Dark, 360)]
    [InlineData("/setup", ColorScheme.Light, 360)]
    [InlineData("/setup", ColorScheme.Dark, 1280)]
    public async Task Account_pages_are_accessible_and_fit_the_screen(string path, ColorScheme scheme, int width)
    {
        await using var host = path == "/setup" ? await AppHost.StartFreshAsync() : await AppHost.StartAsync();
        await using var context = await browser.NewContextAsync(host, new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 740 },
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);

        await Axe.AssertAccessibleAsync(page, path);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    /// <summary>What the browser's console says, such as refused scripts and styles.</summary>
    private static List<string> Complaints(IPage page)
    {
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        return complaints;
    }
}
