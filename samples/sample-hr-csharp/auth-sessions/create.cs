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

        // Either the dashboard greets, or the site says what was wrong.
        var greeting = page.GetByRole(AriaRole.Heading, new() { Name = "Welcome" });
        var error = page.GetByRole(AriaRole.Alert);
        await greeting.Or(error).WaitForAsync();
        if (await error.IsVisibleAsync())
        {
            throw new RunError($"The site refused the login: {await error.InnerTextAsync()}");
        }
    }
}
