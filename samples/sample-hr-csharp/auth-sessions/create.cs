using Intuned;
using Microsoft.Playwright;

namespace SampleHr;

public static class CreateLogin
{
    public record Credentials(string Username, string Password);

    public static async Task CreateAsync(Credentials credentials, IPage page)
    {
        await IntunedBrowser.GoToUrlAsync(page, Site.Url("login"));
        await page.GetByPlaceholder("Username").FillAsync(credentials.Username);
        await page.GetByPlaceholder("Password").FillAsync(credentials.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Login" }).ClickAsync();

        // Either the dashboard comes, or the site says what was wrong.
        var error = page.GetByRole(AriaRole.Alert);
        var dashboard = page.WaitForURLAsync(Site.Url("dashboard"));
        var refusal = error.WaitForAsync();
        if (await Task.WhenAny(dashboard, refusal) == refusal && refusal.IsCompletedSuccessfully)
        {
            throw new RunError($"The site refused the login: {await error.InnerTextAsync()}");
        }

        await dashboard;
    }
}
